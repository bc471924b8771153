"""The Open Inference Protocol: the same predictions, for clients of MLServer, KServe and Triton."""

from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.deps import ServiceDep, needs
from api.inference import (
    InferenceAnswer,
    InferenceRequest,
    Live,
    ModelMetadata,
    Ready,
    ServerMetadata,
    TensorKind,
    columns,
    output,
)
from api.json_body import JsonRoute
from api.problems import ProblemError, documented, not_now
from api.schemas import Fault
from api.scoring import score_texts
from api.service import Service

_TAGS = ["open inference protocol"]
ModelName = Annotated[str, Path(max_length=256, examples=["sentiment"])]
router = APIRouter(prefix="/v2", tags=list(_TAGS))
infer_router = APIRouter(prefix="/v2", tags=list(_TAGS), route_class=JsonRoute)


@router.get("", dependencies=[Depends(needs("predict"))], responses=documented(401, 403, 429, 500))
async def server_metadata() -> ServerMetadata:
    """The server's name and version."""
    return ServerMetadata(name="badbuzz", version=version("badbuzz"), extensions=[])


@router.get("/health/live", responses=documented(500, 503))
async def server_live(service: ServiceDep) -> Live:
    """Whether the process works, as `/health`."""
    if fault := service.fault():
        raise not_now(f"Restart the service: {fault}.")
    return Live()


@router.get("/health/ready", responses=documented(500, 503))
async def server_ready(service: ServiceDep) -> Ready:
    """Whether a model is loaded. Unlike `/ready` it does not ask whether Kafka answers."""
    _require_model(service)
    return Ready()


@router.get("/models/{model_name}/ready", responses=documented(404, 422, 500, 503))
async def model_ready(service: ServiceDep, model_name: ModelName) -> Ready:
    """Whether the model is loaded."""
    _require_name(service, model_name)
    _require_model(service)
    return Ready()


@router.get(
    "/models/{model_name}",
    dependencies=[Depends(needs("predict"))],
    responses=documented(401, 403, 404, 422, 429, 500, 503),
)
async def model_metadata(service: ServiceDep, model_name: ModelName) -> ModelMetadata:
    """The model's inputs and outputs, and the version that runs."""
    _require_name(service, model_name)
    scorer = service.champion.current.scorer
    return ModelMetadata(
        name=model_name,
        versions=[scorer.model.version],
        platform="onnxruntime_onnx",
        inputs=[TensorKind(name=name, datatype="BYTES", shape=[-1]) for name in ("text", "lang")],
        outputs=[
            TensorKind(name=one.name, datatype=one.datatype, shape=[-1])
            for one in columns(scorer.card.three)
        ],
    )


@infer_router.post(
    "/models/{model_name}/infer",
    dependencies=[Depends(needs("predict"))],
    response_model_exclude_none=False,
    responses=documented(400, 401, 403, 404, 413, 415, 422, 429, 500, 503),
)
async def infer(
    body: InferenceRequest, service: ServiceDep, model_name: ModelName
) -> InferenceAnswer:
    """Score up to 1,000 texts, as `/predict/batch` does. Errors are problems whose `error` is what
    the protocol asks for."""
    _require_name(service, model_name)
    three = service.champion.current.scorer.card.three
    wanted = columns(three)
    if body.outputs is not None:
        known = {one.name: one for one in wanted}
        asked = [one.name for one in body.outputs]
        if not known.keys() >= set(asked):
            fault = Fault(pointer="/body/outputs", detail=f"Expected some of {', '.join(known)}")
            raise ProblemError(422, "See `errors`, and the model's description.", faults=[fault])
        wanted = [known[name] for name in dict.fromkeys(asked)]
    answers, model = await score_texts(service, body.texts, body.langs, "/body/inputs/0/data/{}")
    return InferenceAnswer(
        model_name=model_name,
        model_version=model.version,
        id=body.id,
        outputs=[output(column, answers) for column in wanted],
    )


def _require_name(service: Service, name: str) -> None:
    served = service.settings.model_name
    if name != served:
        raise ProblemError(404, f"Expected the model {served}, got another name.")


def _require_model(service: Service) -> None:
    if not service.champion.loaded:
        raise not_now("No model version is loaded yet.")
