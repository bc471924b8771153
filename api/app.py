"""Builds the FastAPI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from api import openapi, problems
from api.middleware import Frame
from api.routes import (
    alerts,
    brands,
    docs,
    feedback,
    health,
    inference,
    model,
    page,
    predict,
    watched,
)
from api.service import Service
from api.settings import ApiSettings

_ROUTERS = (
    predict.single_router,
    predict.router,
    feedback.router,
    model.router,
    health.router,
    alerts.router,
    alerts.writing,
    brands.router,
    watched.router,
    page.router,
    page.events_router,
    docs.router,
    inference.router,
    predict.batch_router,
    inference.infer_router,
)


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
        generate_unique_id_function=lambda route: route.name,
        **openapi.ABOUT,
    )
    app.state.service = service
    for router in _ROUTERS:
        app.include_router(router)
    problems.install(app, [route for router in _ROUTERS for route in router.routes])
    openapi.install(app, settings, needs_keys=bool(service.gate.keys))
    return app


def serve(app: FastAPI) -> ASGIApp:
    """The application as it is served: framed by id, headers, limits, metrics and log."""
    service: Service = app.state.service
    served: ASGIApp = app
    if service.settings.api_cors_origins:
        served = CORSMiddleware(
            served,
            allow_origins=service.settings.api_cors_origins,
            allow_methods=["GET", "HEAD", "POST", "DELETE"],
            allow_headers=[
                "authorization",
                "content-type",
                "idempotency-key",
                "if-none-match",
                "x-api-key",
            ],
            expose_headers=["etag", "ratelimit", "ratelimit-policy", "retry-after", "x-request-id"],
        )
    served_model = service.settings.model_name
    paths = _paths(served_model, *_ROUTERS)
    most = {"": service.settings.api_max_body_bytes}
    batches = _paths(served_model, predict.batch_router, inference.infer_router)
    most |= dict.fromkeys(batches, service.settings.api_max_batch_body_bytes)
    json_paths = _paths(served_model, *_ROUTERS, with_body=True)
    return Frame(served, service.metrics, paths, not service.gate.keys, most, json_paths)


def _paths(model: str, *routers: APIRouter, with_body: bool = False) -> frozenset[str]:
    """The paths of routes; of those that name a model, that of the one that is served.

    Args:
        model: the one that is served.
        routers: whose routes.
        with_body: only those of routes that take a body.
    """
    routes = [route for one in routers for route in one.routes]
    if with_body:
        routes = [route for route in routes if getattr(route, "body_field", None) is not None]
    paths = [str(getattr(route, "path", "")) for route in routes]
    return frozenset(path.replace("{model_name}", model) for path in paths)
