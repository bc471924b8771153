"""The model version that runs."""

from fastapi import APIRouter, Depends

from api.deps import ServiceDep, needs
from api.problems import documented
from api.schemas import ModelInfo

router = APIRouter(tags=["model"], responses=documented(401, 403, 429, 500, 503))


@router.get("/model", dependencies=[Depends(needs("read"))])
async def model(service: ServiceDep) -> ModelInfo:
    """Which version runs, its digest, its metrics, and since when."""
    return service.model_info()


@router.post("/model/refresh", dependencies=[Depends(needs("admin"))])
async def refresh(service: ServiceDep) -> ModelInfo:
    """Look up the alias now, not at the next poll, and return the version that runs then."""
    await service.champion.refresh()
    return service.model_info()
