"""Micro-batches when the Scorer fails or falls behind."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from api.batcher import Batcher
from api.problems import ProblemError
from sentiment.champion import Champion
from sentiment.scores import Scores


class FailingScorer:
    """Fails on any batch with the text `poison` in it, as no real model can be made to."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def score(self, texts: Sequence[str]) -> Scores:
        self.batches.append(len(texts))
        if "poison" in texts:
            raise ValueError("poison")
        return Scores(np.array([len(text) / 100 for text in texts], np.float32))


@asynccontextmanager
async def batching(scorer: Any, queue_size: int = 100) -> AsyncIterator[Batcher]:
    running = SimpleNamespace(scorer=scorer)
    champion = cast(Champion, SimpleNamespace(current=running, loaded=True))
    batcher = Batcher(champion, queue_size, batch_size=64)
    task = asyncio.create_task(batcher.run())
    yield batcher
    task.cancel()
    batcher.close()


async def test_a_text_that_fails_does_not_take_its_batch_along() -> None:
    scorer = FailingScorer()
    async with batching(scorer) as batcher:
        texts = ["a", "poison", "ccc"]
        answers = await asyncio.gather(*map(batcher.score, texts), return_exceptions=True)
    assert scorer.batches[0] == 3
    first, second, third = answers
    assert isinstance(second, ValueError)
    assert not isinstance(first, BaseException)
    assert not isinstance(third, BaseException)
    assert first.scores.p_negative == pytest.approx([0.01])
    assert third.scores.p_negative == pytest.approx([0.03])


async def test_what_waits_together_is_scored_together() -> None:
    scorer = FailingScorer()
    async with batching(scorer) as batcher:
        await asyncio.gather(*(batcher.score("late") for _ in range(70)))
    assert scorer.batches == [64, 6]


async def test_a_full_queue_is_told_and_not_kept_waiting() -> None:
    async with batching(FailingScorer(), queue_size=5) as batcher:
        answers = await asyncio.gather(
            *(batcher.score("late") for _ in range(8)), return_exceptions=True
        )
    refused = [answer for answer in answers if isinstance(answer, ProblemError)]
    assert [answer.status for answer in refused] == [503] * 3
    assert all("Retry-After" in answer.headers for answer in refused)


async def test_a_caller_that_went_away_does_not_stop_the_others() -> None:
    async with batching(FailingScorer()) as batcher:
        gone = asyncio.create_task(batcher.score("gone"))
        stays = asyncio.create_task(batcher.score("late"))
        await asyncio.sleep(0)
        gone.cancel()
        assert (await stays).scores.p_negative == pytest.approx([0.04])
