"""The web application, put together: routers, handlers, middleware, from the inside to the outside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version

from fastapi import Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware

    app.include_router(compute.router, dependencies=[Depends(for_callers), *locked])
    app.include_router(health.router)
    app.include_router(metrics.router, dependencies=[Depends(for_operators)])
    for router in (catalog.router, docs.router, explanations.router):
        app.include_router(router, dependencies=[Depends(for_callers)])
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
