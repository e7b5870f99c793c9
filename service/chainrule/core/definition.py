"""The network as the caller wrote it: layers, their names, and who reads whom."""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, create_model

from chainrule.core import layers as _layers  # noqa: F401 (importing the package registers the layers)
from chainrule.core.layer import Layer
from chainrule.core.part import any_of, classes

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\-]{1,64}$")]
"""1 to 64 of the characters ``A-Za-z0-9_.-``."""

INPUTS = "inputs"
"""The name that stands for the batch."""

MOST_INPUTS = 1_000
"""How many inputs a network may have."""


class _Place(BaseModel):
    """What every layer of a network may say beside its parameters: its place."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    name: Name | None = None
    """Its name, unique in the network; ``<type>_<index>`` if not given, as in ``dense_0``."""
    inputs: Annotated[list[str], Field(min_length=1)] | None = None
    """The earlier layers that it reads, by name, or ``inputs``, the batch; if not given, the layer before it."""


def _placed(layer: type[Layer]) -> type[Layer]:
    """The layer's class with a place in a network."""
    bases = typing.cast("tuple[type[Layer], ...]", (layer, _Place))  # _Place adds fields only
    own = {"use_attribute_docstrings": False}  # it has no fields of its own: looking for their texts takes long
    name = f"{layer.__name__}Layer"  # not the layer's own, which stands inside of others without a place
    return create_model(name, __base__=bases, __module__=__name__, __doc__=layer.__doc__, __cls_kwargs__=own)


if TYPE_CHECKING:

    class PlacedLayer(Layer, _Place):
        """A layer with a place in a network."""
else:  # the choice among the classes that were found is known only when it runs
    PlacedLayer = any_of(tuple(map(_placed, classes("layer", "activation"))), unknown="unknown_layer", by_name=False)


class Definition(BaseModel):
    """Layers in the order of computation; the last one gives the output."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True)

    layers: Annotated[list[PlacedLayer], Field(min_length=1)]
    """Each reads the one before it, or those that its ``inputs`` name: a DAG in topological order."""
    inputs: Annotated[list[Name], Field(min_length=1, max_length=MOST_INPUTS)] | None = None
    """The names of the inputs, if the network has several; ``batch.inputs`` is then an object with these names."""
