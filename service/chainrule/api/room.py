"""How many bytes may be in the house at once: of bodies that came, and of answers that have not left."""

from __future__ import annotations

from chainrule.api.problems import Refusal


class Room:
    """Bytes that many requests hold together, up to a limit.

    Parameters
    ----------
    limit
        How many bytes there is room for.
    full
        What a caller is told for whose bytes there is none.
    """

    def __init__(self, limit: int, full: str) -> None:
        self.limit = limit
        self.held = 0
        self.passed = 0
        """Bytes that have been in it and are gone."""
        self.full = full

    def hold(self) -> Hold:
        """A place for one request, empty again when the ``with`` block ends."""
        return Hold(self)


class Hold:
    """What one request holds of a room."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.size = 0

    def __enter__(self) -> Hold:
        return self

    def __exit__(self, *_error: object) -> None:
        self._room.held -= self.size
        self._room.passed += self.size

    def grow(self, size: int) -> None:
        """Make room for more bytes, or refuse: a caller can come back, memory cannot be borrowed.

        Whoever is alone is never refused: the size of one request has limits of its own.

        Raises
        ------
        Refusal
            ``overloaded``
        """
        room = self._room
        if room.held > self.size and room.held + size > room.limit:
            raise Refusal("overloaded", f"{room.full}; try again soon", {"Retry-After": "1"})
        room.held += size
        self.size += size
