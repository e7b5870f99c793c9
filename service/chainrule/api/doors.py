"""Which port a call belongs to, where traffic and operation have a port each."""

from __future__ import annotations

from starlette.requests import Request

from chainrule.api.problems import Refusal
from chainrule.api.service import service_of


async def for_callers(request: Request) -> None:
    """A dependency of what callers call: it is not to be found at the admin port.

    Raises
    ------
    Refusal
        ``not_found``
    """
    if _came_to_admin_port(request) is True:
        raise _elsewhere("the port for requests")


async def for_operators(request: Request) -> None:
    """A dependency of what is nobody's business but the operator's: where there is an admin port, it is found there.

    Raises
    ------
    Refusal
        ``not_found``
    """
    if _came_to_admin_port(request) is False:
        raise _elsewhere("the admin port")


def _came_to_admin_port(request: Request) -> bool | None:
    """Whether it did; None where there is no such port."""
    admin_port = service_of(request).admin_port
    return None if admin_port is None else request.scope["server"][1] == admin_port


def _elsewhere(where: str) -> Refusal:
    return Refusal("not_found", f"this is to be found at {where} of the service")
