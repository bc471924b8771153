"""The FastAPI application, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from prometheus_client import CollectorRegistry

from api import openapi, problems
from api.middleware import Frame
from api.routes import feedback, health, model, page, predict
from api.service import Service
from api.settings import ApiSettings


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
        max_body_size=settings.api_max_body_bytes,
        **openapi.ABOUT,
    )
    app.state.service = service
    for part in (predict, feedback, model, health, page):
        app.include_router(part.router)
    app.include_router(predict.batch_router, max_body_size=settings.api_max_batch_body_bytes)
    problems.install(app)
    openapi.install(app, settings, needs_keys=bool(service.gate.keys))
    if settings.api_cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.api_cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type", "idempotency-key", "x-api-key"],
            expose_headers=["x-request-id", "retry-after"],
        )
    app.add_middleware(Frame, metrics=service.metrics, local_only=not service.gate.keys)
    return app
