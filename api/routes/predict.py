"""Predictions: one text, many texts, and why."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from api.deps import ServiceDep, needs, require_short
from api.explain import explain
from api.json_body import JsonRoute, read_json
from api.problems import documented
from api.schemas import (
    BatchItem,
    BatchPrediction,
    BatchRequest,
    ExplainRequest,
    Explanation,
    Piece,
    Prediction,
    PredictRequest,
)
from api.scoring import score_texts
from api.service import Service
from sentiment.scores import UNSUPPORTED
from sentiment.support import select


async def _answer(request: Request, service: Service) -> Response:
    """All of `POST /predict`: who may call, the body, the prediction.

    FastAPI's own way from a request to `predict` costs more than a small model.

    Raises:
        ProblemError: the request is refused.
    """
    caller = await service.gate.admit(request, "predict")
    request.state.caller = caller.name
    prediction = await predict(await read_json(request, PredictRequest), service)
    content = prediction.__pydantic_serializer__.to_json(prediction)
    return Response(content, media_type="application/json")


class _PredictRoute(APIRoute):
    """FastAPI documents `predict`; `_answer` serves it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        async def handle(request: Request) -> Response:
            return await _answer(request, request.app.state.service)

        return handle


_DOCUMENTED: dict[str, Any] = {
    "tags": ["predictions"],
    "responses": documented(400, 401, 403, 413, 415, 422, 429, 500, 503),
}
_COMMON: dict[str, Any] = {
    **_DOCUMENTED,
    "dependencies": [Depends(needs("predict"))],
    "route_class": JsonRoute,
}
single_router = APIRouter(**_DOCUMENTED, route_class=_PredictRoute)
router = APIRouter(**_COMMON)
batch_router = APIRouter(**_COMMON)  # apart, because its bodies may be larger


@single_router.post("/predict")
async def predict(body: PredictRequest, service: ServiceDep) -> Prediction:
    """Score one text. Requests that come together are scored together."""
    require_short(body.text, service.settings.max_text_chars)
    running = service.champion.current
    asked = select(running.scorer.card, [body.text], [body.lang])
    if not asked.rows:
        answer = UNSUPPORTED
    else:
        score = await service.batcher.score(body.text)
        running = score.running  # another one than before, perhaps: it is asked by its own card
        asked = select(running.scorer.card, [body.text], [body.lang])
        (answer,) = running.scorer.answers(asked, score.scores[: len(asked.rows)])
    service.metrics.predictions.labels(answer.label).inc()
    return Prediction(id=body.id, **answer._asdict(), model_version=running.scorer.model.version)


@batch_router.post("/predict/batch")
async def predict_batch(body: BatchRequest, service: ServiceDep) -> BatchPrediction:
    """Score up to 1,000 texts with one model version; the answers keep the texts' order."""
    texts = [one.text for one in body.texts]
    langs = [one.lang or body.lang for one in body.texts]
    answers, model = await score_texts(service, texts, langs, "/body/texts/{}")
    items = [
        BatchItem(id=asked.id, **answer._asdict())
        for asked, answer in zip(body.texts, answers, strict=True)
    ]
    return BatchPrediction(predictions=items, model_version=model.version)


@router.post("/explain")
async def explain_text(body: ExplainRequest, service: ServiceDep) -> Explanation:
    """Tell which words carry the score: each is left out once, and the score compared."""
    require_short(body.text, service.settings.max_text_chars)
    scorer = service.champion.current.scorer
    most = service.settings.api_explain_pieces
    answer, weighed = await service.heavy.run(partial(explain, scorer, body.text, body.lang, most))
    return Explanation(
        id=body.id,
        **answer._asdict(),
        model_version=scorer.model.version,
        pieces=[
            Piece(
                start=one.start,
                end=one.end,
                text=body.text[one.start : one.end],
                weight=one.weights["negative"],
                weights=one.weights,
            )
            for one in weighed
        ],
    )
