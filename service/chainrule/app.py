"""The web application, put together: routers, handlers, middleware, from the inside to the outside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version

from fastapi import Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware

from chainrule.api import catalog, compute, docs, explanations, health, metrics
from chainrule.api.doors import for_callers, for_operators
from chainrule.api.keys import key_required
from chainrule.api.middleware import QUIET_ROUTES, REQUEST_ID, LastResort, Observation, RequestId, SafeHeaders
from chainrule.api.openapi import describe
from chainrule.api.problems import add_problem_handlers
from chainrule.api.service import Service
from chainrule.api.tracing import configuration
from chainrule.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """The application for these settings; it holds threads from now on until its lifespan ends."""
    service = Service(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        service.workers.close()

    app = FastAPI(
        title="chainrule",
        version=version("chainrule"),
        lifespan=lifespan,
        openapi_url=None,  # served by our own routers, like everything else
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=configuration(traces=settings.traces, quiet=QUIET_ROUTES),
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.service = service

    # Each dependency costs a request as much as all of the routing, so that there are none that decide nothing.
    two_doors = settings.admin_port is not None
    public, private = ([Depends(for_callers)], [Depends(for_operators)]) if two_doors else ([], [])
    locked = [Depends(key_required(settings.api_keys))] if settings.api_keys else []
    app.include_router(compute.router, dependencies=[*public, *locked])
    app.include_router(health.router)
    app.include_router(metrics.router, dependencies=private)
    for router in (catalog.router, docs.router, explanations.router):
        app.include_router(router, dependencies=public)
    routers = (compute.router, catalog.router, health.router, metrics.router, docs.router, explanations.router)
    app.state.routes = [route for router in routers for route in router.routes]
    app.openapi = partial(describe, app, locked=bool(locked))  # type: ignore[method-assign]  # as documented

    add_problem_handlers(app)

    # The last one added is the first that a request meets.
    app.add_middleware(LastResort)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["*"],
            expose_headers=["Retry-After", "Server-Timing", REQUEST_ID],
        )
    app.add_middleware(SafeHeaders, service=service)
    app.add_middleware(Observation, service=service)
    app.add_middleware(RequestId)
    return app
