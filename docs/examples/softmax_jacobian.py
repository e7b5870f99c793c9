"""Softmax's derivative is a matrix for each sample. An upstream gradient of 1 at one output asks for one row of it.

With a service running (`make run`): python docs/examples/softmax_jacobian.py
"""

import numpy as np

from chainrule_client import Client

S = np.array([0.7, 0.1, 0.2])
SCORES = np.log(S)[None, :]  # softmax(log s) is s, because s sums to 1
SOFTMAX = [{"type": "softmax"}]


def row(client: Client, output: int) -> np.ndarray:
    """Ask how one output depends on every score."""
    upstream = np.zeros((1, len(S)))
    upstream[0, output] = 1.0
    answer = client.backward(network=SOFTMAX, inputs=SCORES, output_gradients=upstream)
    jacobian_row: np.ndarray = np.asarray(answer.gradients.inputs)[0]
    return jacobian_row


def main() -> None:
    """Put the matrix together row by row, and hold it against the formula."""
    with Client() as client:
        rows = []
        for output in range(len(S)):
            rows.append(row(client, output))
            print(f"row {output}:", np.array2string(rows[-1], precision=4, sign=" ", suppress_small=True))
        jacobian = np.array(rows)

        formula = np.diag(S) - np.outer(S, S)  # S_j * (1 if j == k else 0) - S_j * S_k
        print(f"largest difference from diag(s) - s sT: {np.abs(jacobian - formula).max():.1e}")

        # The chain rule multiplies the matrix with whatever arrives. The service does that without building it.
        upstream = np.array([[0.5, -1.0, 2.0]])
        answer = client.backward(network=SOFTMAX, inputs=SCORES, output_gradients=upstream)
        difference = np.abs(upstream @ jacobian - np.asarray(answer.gradients.inputs)).max()
        print(f"largest difference from upstream @ matrix: {difference:.1e}")


if __name__ == "__main__":
    main()
