"""Laws that do not depend on the weight's shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from chainrule.core.arrays import Shape
from chainrule.core.draws import Numbers, draw, normal, truncated_normal
from chainrule.core.examples import Example
from chainrule.core.initializers import Initializer
from chainrule.core.random_bits import WeightBits
from chainrule.errors import Proceed, go_on

Deviation = Annotated[float, Field(ge=0)]


class Normal(Initializer):
    """Draws from the normal distribution: ``w ~ N(mean, stddev²)``."""

    elsewhere: ClassVar[Mapping[str, str]] = {
        "random_normal": "Keras's random_normal",
        "normal_": "PyTorch's normal_",
        "gaussian": "a normal distribution",
    }
    examples: ClassVar[tuple[Example, ...]] = (Example(), Example({"mean": -1.0, "stddev": 2.0}))

    type: Literal["normal"] = "normal"
    mean: float = 0.0
    """Its mean."""
    stddev: Deviation = 0.05
    """Its standard deviation."""

    def values(self, shape: Shape, bits: WeightBits, proceed: Proceed = go_on) -> Numbers:
        return draw(shape, bits, normal) * self.stddev + self.mean


class TruncatedNormal(Initializer):
    """Draws from the normal distribution, again and again until the number is near: ``|w - mean| ≤ 2 · stddev``.

    Its own standard deviation is therefore less, ``0.8796 · stddev``.
    """

    elsewhere: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("trunc_normal", "trunc_normal_"), "PyTorch's trunc_normal_, but for its bounds"
    )
    examples: ClassVar[tuple[Example, ...]] = (Example(), Example({"mean": -1.0, "stddev": 2.0}))

    type: Literal["truncated_normal"] = "truncated_normal"
    mean: float = 0.0
    """The mean."""
    stddev: Deviation = 0.05
    """The standard deviation before numbers are drawn again."""

    def values(self, shape: Shape, bits: WeightBits, proceed: Proceed = go_on) -> Numbers:
        return draw(shape, bits, truncated_normal) * self.stddev + self.mean


class Uniform(Initializer):
    """Draws every number between two bounds alike: ``w ~ U(minval, maxval)``."""

    elsewhere: ClassVar[Mapping[str, str]] = {
        "random_uniform": "Keras's random_uniform",
        "uniform_": "PyTorch's uniform_, but for its bounds",
    }
    examples: ClassVar[tuple[Example, ...]] = (Example(), Example({"minval": -1.0, "maxval": 3.0}))

    type: Literal["uniform"] = "uniform"
    minval: float = -0.05
    """The least number."""
    maxval: Annotated[float, Field(validate_default=True)] = 0.05
    """The largest."""

    @field_validator("maxval")
    @classmethod
    def _is_no_less(cls, maxval: float, info: ValidationInfo) -> float:
        if maxval < info.data.get("minval", maxval):
            raise PydanticCustomError("bounds", "must be no less than minval")
        return maxval

    def values(self, shape: Shape, bits: WeightBits, proceed: Proceed = go_on) -> Numbers:
        return draw(shape, bits, lambda u: u * (self.maxval - self.minval) + self.minval)
