"""The service holds out: under mixed load its answers stay right, and its memory where it is once it is warm.

``SOAK_MINUTES=20 pytest tests/api/test_soak.py --log-cli-level=info``, or ``make soak``, is the longer run, and shows
what came out.
"""

from __future__ import annotations

import logging
import os

from tests.api.soak import Soak, table
from tests.conftest import Serve

log = logging.getLogger(__name__)
logging.getLogger("httpx").setLevel(logging.WARNING)  # it tells each request

MINUTES = float(os.environ.get("SOAK_MINUTES", "0.1"))
LONG_ENOUGH_MINUTES = 5
"""A shorter run is over before the memory of the service has reached its level."""

MORE = 1.05
"""How much more memory the last third of the run may have than the second, each as its median; in the first third the
service gets warm."""


def test_answers_stay_right_and_memory_stays_flat(serve: Serve) -> None:
    soak = Soak(serve(LOG_LEVEL="info"), 60 * MINUTES)
    outcomes = soak.run()
    log.info("%s", table(outcomes, soak.resident_bytes))
    assert outcomes.wrong == []
    for size in ("small", "medium"):
        assert outcomes.counts[f"{size}: compared"] > 0
    if MINUTES >= LONG_ENOUGH_MINUTES:
        warm, last = soak.growth()
        assert last <= MORE * warm
