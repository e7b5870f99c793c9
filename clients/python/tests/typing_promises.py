"""What a type checker makes of the client: `make check` reads this file, and fails where a line with an ignore is fine.

Nothing here is ever called: that the checker finds exactly these faults is the test.
"""

from typing import assert_type

from chainrule_client import (
    AsyncClient,
    Client,
    Explanation,
    Gradcheck,
    Initialized,
    Jacobian,
    Sequential,
    Summary,
    initializers,
    layers,
    losses,
    metrics,
    regularizers,
)

network = [layers.Dense(3)]


def methods_have_the_types_of_their_results(client: Client) -> None:
    assert_type(client.summary(network=network, input_shape=(3,)), Summary)
    assert_type(client.initialize(network=network, input_shape={"a": [3]}, seed=1), Initialized)
    assert_type(client.gradcheck(network=network, inputs=[[1]], loss=losses.Huber()), Gradcheck)
    assert_type(client.jacobian(network=network, inputs=[[1]]), Jacobian)
    assert_type(client.explain(network=network, inputs=[[1]]).labelled("z").value, float)


async def and_so_have_those_of_asyncio(client: AsyncClient) -> None:
    assert_type(await client.summary(network=network, input_shape=(3,)), Summary)
    assert_type(await client.explain(network=network, inputs=[[1]]), Explanation)


def arguments_of_methods_are_checked(client: Client) -> None:
    client.initialize(network=network, input_shape=(3,))  # type: ignore[call-arg] # a seed is missing
    client.summary(network=network, input_shape=3)  # type: ignore[arg-type] # a number is no shape
    client.backward(network=network, inputs=[[1]], include=["norm"])  # type: ignore[list-item] # a misspelt word


def a_client_and_a_network_show_what_they_take() -> None:
    Client("http://127.0.0.1:8000")  # type: ignore[call-arg] # all goes by name
    Client(url="http://127.0.0.1:8000")  # type: ignore[call-arg] # a misspelt name
    Sequential(layers.Dense(8), layers.ReLU())  # type: ignore[call-arg, arg-type] # the layers go into one list
    Sequential([layers.Dense])  # type: ignore[list-item] # a class is no layer
    Sequential(network).fit()  # type: ignore[attr-defined] # the training loop is the caller's


def a_builder_takes_what_the_service_takes() -> None:
    layers.Dense(8, activation=layers.LeakyReLU(0.2), kernel_regularizer=regularizers.L2(1e-4), use_bias=False)
    layers.Dense(8, activation={"type": "leaky_relu"}, kernel_initializer=initializers.HeNormal())
    layers.Conv2D(8, (3, 5), padding=[(1, 1), [2, 2]], strides=2)
    layers.Bidirectional(layers.LSTM(8), merge_mode="sum")
    layers.Add(inputs=[layers.Dense(8), "inputs"])


def a_builder_refuses_what_the_service_would_refuse() -> None:
    layers.Dense()  # type: ignore[call-arg] # units are missing
    layers.Dense(8, activaton="relu")  # type: ignore[call-arg] # a misspelt name
    layers.Dense("8")  # type: ignore[arg-type] # a text is no number
    layers.Dense(8, activation="rely")  # type: ignore[arg-type] # a misspelt name
    layers.Dense(8, activation=losses.Huber())  # type: ignore[arg-type] # a loss is no activation
    layers.Conv2D(8, 3, padding="some")  # type: ignore[arg-type] # no rule of padding
    layers.Bidirectional(layers.Dense(8))  # type: ignore[arg-type] # not recurrent
    metrics.TopKAccuracy(k=2.5)  # type: ignore[arg-type] # not whole
