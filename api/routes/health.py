"""Alive, ready, and the numbers."""

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.deps import ServiceDep, needs
from api.problems import documented, not_now
from api.schemas import Health, Readiness

router = APIRouter(tags=["operations"])


@router.get("/health", responses=documented(500, 503))
async def health(service: ServiceDep) -> Health:
    """Whether the process works; start it anew when it does not."""
    if fault := service.fault():
        raise not_now(f"Start the service anew: {fault}.")
    return Health()


@router.get("/ready", responses=documented(500, 503))
async def ready(service: ServiceDep) -> Readiness:
    """Whether a model is loaded and Kafka answers; send no requests while it does not."""
    running = service.champion.current
    if fault := await service.feedback.fault():
        raise not_now(fault)
    return Readiness(model_version=running.scorer.model.version)


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
