import importlib.metadata
import pickle

import pytest

import chainrule_client


def test_the_public_names_are_these() -> None:
    assert chainrule_client.__all__ == [
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


def test_nothing_else_is_in_sight() -> None:
    visible = {name for name in vars(chainrule_client) if not name.startswith("_")}
    assert visible == set(chainrule_client.__all__) - {"__version__"}


@pytest.mark.parametrize("name", chainrule_client.__all__)
def test_public_classes_say_they_live_in_the_package(name: str) -> None:
    value = getattr(chainrule_client, name)
    assert not isinstance(value, type) or value.__module__ == "chainrule_client"


def test_the_version_is_that_of_the_distribution() -> None:
    assert chainrule_client.__version__ == importlib.metadata.version("chainrule-client")


def test_not_given_shows_its_name_and_stays_the_same_one_through_pickle() -> None:
    assert repr(chainrule_client.NOT_GIVEN) == "NOT_GIVEN"
    assert pickle.loads(pickle.dumps(chainrule_client.NOT_GIVEN)) is chainrule_client.NOT_GIVEN  # noqa: S301 - our own
