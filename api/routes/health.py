"""Alive, ready, and the numbers."""

from dataclasses import asdict

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.deps import ServiceDep, needs
from api.problems import documented, not_now
from api.schemas import Freshness, Health, Readiness

router = APIRouter(tags=["operations"])


@router.get("/live", responses=documented(500))
async def live() -> Health:
    """Whether the process answers; restart it if it does not."""
    return Health()


@router.get("/health", responses=documented(500, 503))
async def health(service: ServiceDep) -> Health:
    """Whether all parts of the service work, whatever Kafka and MLflow do."""
    if fault := service.fault():
        raise not_now(f"Restart the service: {fault}.")
    return Health()


@router.get("/ready", responses=documented(500, 503))
async def ready(service: ServiceDep) -> Readiness:
    """Whether a model is loaded and Kafka answers; send no requests while it does not."""
    running = service.champion.current
    if fault := await service.feedback.fault():
        raise not_now(fault)
    return Readiness(model_version=running.scorer.model.version)


@router.get(
    "/freshness",
    dependencies=[Depends(needs("read"))],
    responses=documented(401, 403, 429, 500),
)
async def freshness(service: ServiceDep) -> Freshness:
    """How old what the live page shows is. While it is `unknown`, no alert does not mean calm."""
    return Freshness.model_validate(asdict(service.live.view()))


@router.get(
    "/metrics",
    dependencies=[Depends(needs("metrics"))],
    response_class=PlainTextResponse,
    responses=documented(401, 403, 429, 500),
)
async def metrics(service: ServiceDep) -> PlainTextResponse:
    """The metrics, in Prometheus' text format; with keys on, for the role `metrics` only."""
    text = generate_latest(service.metrics.registry)
    return PlainTextResponse(text, media_type=CONTENT_TYPE_LATEST)
