"""The dashboard asks for numbers that the service gives."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx

from tests.api.bodies import JSON, NEURON_BODY

DASHBOARD = Path(__file__).parents[2] / "deploy" / "grafana-dashboard.json"
METRIC = re.compile(r"\b(?:chainrule|process)_[a-z_]+")
LABELS = re.compile(r"\b(?:by|on) \(([a-z, ]+)\)|(\w+)(?:=~?|!=)\"")
OF_PROMETHEUS = {"job", "instance", "le"}
"""Labels that Prometheus adds when it collects, or keeps for histograms."""


def questions() -> list[str]:
    """Every expression of the dashboard."""
    dashboard: dict[str, Any] = json.loads(DASHBOARD.read_text("utf-8"))
    targets = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    variables = [one["query"]["query"] for one in dashboard["templating"]["list"] if one["type"] == "query"]
    return targets + variables


def test_every_metric_and_label_that_it_asks_for_exists(client: httpx.Client) -> None:
    client.post("/backward", content=NEURON_BODY, headers=JSON)
    text = client.get("/metrics").text
    given = set(re.findall(r"^([a-z_]+)", text, re.MULTILINE))
    labels = set(re.findall(r'[{,]([a-z]+)="', text)) | OF_PROMETHEUS
    asked = questions()
    assert len(asked) > 10
    for question in asked:
        metrics = METRIC.findall(question)
        assert metrics
        assert set(metrics) <= given, question
        named = {name for listed, one in LABELS.findall(question) for name in (one or listed).split(", ")}
        assert named <= labels, question


def test_panels_have_titles_units_and_places_of_their_own() -> None:
    panels = [one for one in json.loads(DASHBOARD.read_text("utf-8"))["panels"] if one["type"] != "row"]
    assert all(panel["title"] and panel["description"] and panel["fieldConfig"]["defaults"]["unit"] for panel in panels)
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(places)) == len(places)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)
