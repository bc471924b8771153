"""The FastAPI application, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from api import openapi, problems
from api.middleware import Frame
from api.routes import feedback, health, model, page, predict
from api.service import Service
from api.settings import ApiSettings
from api.shortcut import Shortcut

_ROUTERS = (predict.router, feedback.router, model.router, health.router, page.router)


def create_app(settings: ApiSettings, registry: CollectorRegistry | None = None) -> FastAPI:
    """The service over HTTP.

    Raises:
        SettingsError: a key or a limit does not fit.
    """
    service = Service(settings, registry or CollectorRegistry())

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with service.running():
            yield

    app = FastAPI(
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        max_body_size=settings.api_max_body_bytes,
        generate_unique_id_function=lambda route: route.name,
        **openapi.ABOUT,
    )
    app.state.service = service
    for router in _ROUTERS:
        app.include_router(router)
    app.include_router(predict.batch_router, max_body_size=settings.api_max_batch_body_bytes)
    problems.install(app)
    openapi.install(app, settings, needs_keys=bool(service.gate.keys))
    return app


def serve(app: FastAPI) -> ASGIApp:
    """The application as it is served: framed, and with the shortcut for predictions."""
    service: Service = app.state.service
    served: ASGIApp = Shortcut(app, service)
    if service.settings.api_cors_origins:
        served = CORSMiddleware(
            served,
            allow_origins=service.settings.api_cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type", "idempotency-key", "x-api-key"],
            expose_headers=["x-request-id", "retry-after"],
        )
    paths = _paths(*_ROUTERS, predict.batch_router)
    most = {"": service.settings.api_max_body_bytes}
    most |= dict.fromkeys(_paths(predict.batch_router), service.settings.api_max_batch_body_bytes)
    return Frame(served, service.metrics, paths, not service.gate.keys, most)


def _paths(*routers: APIRouter) -> frozenset[str]:
    return frozenset(str(getattr(route, "path", "")) for one in routers for route in one.routes)
