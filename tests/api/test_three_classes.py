"""Predictions of versions of three classes, without a broker or a registry."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from prometheus_client import CollectorRegistry

from api.batcher import Batcher
from api.heavy import Heavy
from api.metrics import Metrics
from api.routes.predict import explain_text, predict, predict_batch
from api.schemas import BatchRequest, ExplainRequest, PredictRequest
from api.service import Service
from sentiment.champion import Champion
from sentiment.scorer import Scorer
from tests.artefacts import make_artefact, make_three_class_artefact

TEXTS = [
    "so late and awful",
    "the gate today",
    "great, thanks",
    "@united https://t.co/a",
    "bonjour",
]
LABELS = ["negative", "neutral", "positive", "unsupported", "unsupported"]


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[Service]:
    running = SimpleNamespace(scorer=Scorer(folder))
    champion = cast(Champion, SimpleNamespace(current=running, loaded=True))
    settings = SimpleNamespace(max_text_chars=1_000, api_explain_pieces=30)
    batcher, heavy = Batcher(champion, 100, 64), Heavy()
    parts = {"champion": champion, "settings": settings, "batcher": batcher, "heavy": heavy}
    task = asyncio.create_task(batcher.run())
    service = SimpleNamespace(**parts, metrics=Metrics(CollectorRegistry()))
    yield cast(Service, service)
    task.cancel()
    batcher.close()
    heavy.close()


async def test_one_text_and_many_get_the_same_five_labels(tmp_path: Path) -> None:
    async with serving(make_three_class_artefact(tmp_path)) as service:
        alone = [await predict(PredictRequest(text=text), service) for text in TEXTS]
        many = await predict_batch(BatchRequest(texts=TEXTS), service)
    assert [one.label for one in alone] == LABELS
    for one, other in zip(alone, many.predictions, strict=True):
        assert (one.label, one.p_neutral is None) == (other.label, other.p_neutral is None)
        if one.p_negative is not None:
            found = [one.p_negative, one.p_neutral, one.p_positive]
            assert sum(p for p in found if p is not None) == pytest.approx(1, abs=3e-6)
            assert other.p_negative == pytest.approx(one.p_negative, abs=1e-5)
    counted = service.metrics.registry.get_sample_value
    assert counted("badbuzz_api_predictions_total", {"label": "unsupported"}) == 4
    assert counted("badbuzz_api_predictions_total", {"label": "neutral"}) == 2


async def test_the_language_that_is_told_counts(tmp_path: Path) -> None:
    async with serving(make_three_class_artefact(tmp_path)) as service:
        known = await predict(PredictRequest(text="so late", lang="ja"), service)
        unknown = await predict(PredictRequest(text="bonjour", lang="fr"), service)
    assert (known.label, unknown.label) == ("negative", "unsupported")


async def test_each_word_has_a_weight_for_each_class(tmp_path: Path) -> None:
    async with serving(make_three_class_artefact(tmp_path)) as service:
        found = await explain_text(ExplainRequest(text="great gate"), service)
        nothing = await explain_text(ExplainRequest(text="@united"), service)
    great, gate = found.pieces
    assert max(great.weights, key=lambda name: great.weights[name]) == "positive"
    assert max(gate.weights, key=lambda name: gate.weights[name]) == "neutral"
    assert sum(great.weights.values()) == pytest.approx(0, abs=1e-6)
    assert great.weight == great.weights["negative"]
    assert (nothing.label, nothing.p_negative) == ("unsupported", None)


async def test_a_version_of_two_classes_leaves_two_probabilities_null(tmp_path: Path) -> None:
    async with serving(make_artefact(tmp_path)) as service:
        one = await predict(PredictRequest(text="so late"), service)
        told = await explain_text(ExplainRequest(text="so late"), service)
    assert one.label == "negative"
    assert one.p_neutral is one.p_positive is None
    assert set(told.pieces[0].weights) == {"negative", "positive"}
