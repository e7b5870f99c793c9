"""The Python client of chainrule, gradients over HTTP: NumPy arrays in, NumPy arrays out.

>>> from chainrule_client import Client
>>> client = Client(base_url="http://127.0.0.1:8000")
>>> client
Client(base_url='http://127.0.0.1:8000', encoding='safetensors')

Networks and losses are dicts, as the service takes them, or built of `layers`, `losses` and their like:

>>> from chainrule_client import Sequential, layers
>>> network = Sequential([layers.Dense(64, activation="relu"), layers.Dense(3), layers.Softmax()])

`Client.backward` gives the gradient of a loss with respect to every weight and input, `Client.initialize` the weights
to begin with, `Client.summary` what a network is, `Client.explain` the chain rule scalar by scalar; `Client.gradcheck`
and `Client.jacobian` look at derivatives from another side. `AsyncClient` does the same from asyncio. Every error of a
call is a `ChainruleError`.
"""

from . import activations, initializers, layers, losses, metrics, regularizers
from ._client import AsyncClient, Client
from ._errors import (
    AnswerError,
    AuthenticationError,
    ChainruleError,
    DeadlineError,
    Fault,
    InputError,
    OverloadedError,
    ProblemError,
    RequestTimeoutError,
    ServerError,
    TransportError,
)
from ._networks import Network, Sequential
from ._results import (
    ArrayStatistics,
    Backward,
    Catalog,
    CatalogEntry,
    Cost,
    Explanation,
    Forward,
    Gradcheck,
    Gradients,
    GradientStatistics,
    Initialized,
    Jacobian,
    LayerSummary,
    Node,
    Norms,
    Operand,
    ParameterCounts,
    ServiceWarning,
    Statistics,
    Summary,
    TensorCheck,
)
from ._types import NOT_GIVEN, NotGiven
from ._version import __version__

__all__ = [
    "NOT_GIVEN",
    "AnswerError",
    "ArrayStatistics",
    "AsyncClient",
    "AuthenticationError",
    "Backward",
    "Catalog",
    "CatalogEntry",
    "ChainruleError",
    "Client",
    "Cost",
    "DeadlineError",
    "Explanation",
    "Fault",
    "Forward",
    "Gradcheck",
    "GradientStatistics",
    "Gradients",
    "Initialized",
    "InputError",
    "Jacobian",
    "LayerSummary",
    "Network",
    "Node",
    "Norms",
    "NotGiven",
    "Operand",
    "OverloadedError",
    "ParameterCounts",
    "ProblemError",
    "RequestTimeoutError",
    "Sequential",
    "ServerError",
    "ServiceWarning",
    "Statistics",
    "Summary",
    "TensorCheck",
    "TransportError",
    "__version__",
    "activations",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "regularizers",
]

# The names are said to live where they are imported from: tracebacks and pickles show no private module.
for _name in __all__:
    if isinstance(globals()[_name], type):
        globals()[_name].__module__ = __name__
del _name
