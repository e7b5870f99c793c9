"""Asks how much memory forward and backward take, over what backward must keep.

That is the inputs, the weights, the outputs, what each layer keeps for its backward pass, and the gradients. The rest
is what is needed in between. NumPy reports its arrays to Python's ``tracemalloc``, so that the numbers are exact.
"""

from __future__ import annotations

from benchmarks._cases import CASES
from benchmarks._memory import measure
from benchmarks._timing import print_table


def main() -> None:
    """Print the table."""
    rows = []
    for case in CASES:
        double, single = measure(case, "float64"), measure(case, "float32")
        rows.append([case.name, f"{double.kept / 1e6:.1f} MB", f"{double.ratio:.2f}", f"{single.ratio:.2f}"])
    print_table("Memory, over what backward must keep", ["case", "kept", "float64", "float32"], rows)


if __name__ == "__main__":
    main()
