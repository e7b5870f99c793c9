"""Pictures with numbers in them show the numbers of the service."""

from __future__ import annotations

from chainrule_client import Client
from docs.pictures import neuron, request
from tests.server import Server


def test_the_neuron_is_drawn_from_real_answers(server: Server) -> None:
    with Client(base_url=server.url) as client:
        drawn = neuron.draw(neuron.ask(client))

    assert drawn == neuron.PICTURE.read_text("utf-8"), "draw it again: python docs/pictures/neuron.py"


def test_the_request_is_drawn_from_its_numbers() -> None:
    assert request.draw() == request.PICTURE.read_text("utf-8"), "draw it again: python docs/pictures/request.py"
