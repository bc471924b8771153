"""Predictions: one text, many texts, and why."""

from functools import partial
from typing import Any

import numpy as np
from fastapi import APIRouter, Depends

from api.deps import ServiceDep, needs, require_short
from api.explain import explain
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

_COMMON: dict[str, Any] = {
    "tags": ["predictions"],
    "dependencies": [Depends(needs("predict"))],
    "responses": documented(400, 401, 403, 413, 422, 429, 500, 503),
}
router = APIRouter(**_COMMON)
batch_router = APIRouter(**_COMMON)  # apart, because its bodies may be larger


@router.post("/predict")
async def predict(body: PredictRequest, service: ServiceDep) -> Prediction:
    """Score one text. Requests that come together are scored together."""
    require_short(body.text, service.settings.max_text_chars)
    running = service.champion.current
    if not running.scorer.card.supports(body.lang):
        service.metrics.predictions.labels("unsupported").inc()
        version = running.scorer.model.version
        return Prediction(id=body.id, label="unsupported", p_negative=None, model_version=version)
    score = await service.batcher.score(body.text)
    scorer = score.running.scorer
    label = scorer.label(score.p_negative)
    service.metrics.predictions.labels(label).inc()
    return Prediction(
        id=body.id,
        label=label,
        p_negative=score.p_negative,
        model_version=scorer.model.version,
    )


@batch_router.post("/predict/batch")
async def predict_batch(body: BatchRequest, service: ServiceDep) -> BatchPrediction:
    """Score up to 1,000 texts with one model version; the answers keep the texts' order."""
    for number, text in enumerate(body.texts):
        require_short(text, service.settings.max_text_chars, f"/body/texts/{number}")
    scorer = service.champion.current.scorer
    if not scorer.card.supports(body.lang):
        items = [BatchItem(label="unsupported", p_negative=None)] * len(body.texts)
    else:
        scores = np.clip(await service.heavy.run(partial(scorer.score, body.texts)), 0, 1)
        items = [BatchItem(label=scorer.label(p), p_negative=p) for p in scores.tolist()]
    for item in items:
        service.metrics.predictions.labels(item.label).inc()
    return BatchPrediction(predictions=items, model_version=scorer.model.version)


@router.post("/explain")
async def explain_text(body: ExplainRequest, service: ServiceDep) -> Explanation:
    """Tell which words carry the score: each is left out once, and the score compared."""
    require_short(body.text, service.settings.max_text_chars)
    scorer = service.champion.current.scorer
    most = service.settings.api_explain_pieces
    p_negative, weighed = await service.heavy.run(partial(explain, scorer, body.text, most))
    return Explanation(
        label=scorer.label(p_negative),
        p_negative=min(max(p_negative, 0), 1),
        model_version=scorer.model.version,
        pieces=[
            Piece(
                start=one.start, end=one.end, text=body.text[one.start : one.end], weight=one.weight
            )
            for one in weighed
        ],
    )
