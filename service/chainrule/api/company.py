"""Whether a caller has company: training loops seldom have, and need not be careful of others."""

from __future__ import annotations

from typing import Any

SECONDS = 1.0
"""How long calls have to come over one connection alone until its caller counts as the only one."""


class Company:
    """Over which connection calls come."""

    def __init__(self) -> None:
        self._caller: Any = None
        self._since = 0.0

    def is_alone(self, caller: Any, now: float) -> bool:
        """Whether all calls of the last second came over this connection; to be asked at each call.

        Parameters
        ----------
        caller
            What tells connections apart: address and port at the other end. None belongs to nobody.
        now
            A time in seconds.
        """
        if caller is None or caller != self._caller:
            self._caller, self._since = caller, now
        return caller is not None and now - self._since >= SECONDS
