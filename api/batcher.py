"""Micro-batches: single predictions that arrive together are scored together."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from api.problems import not_now
from sentiment.champion import Champion, Running
from sentiment.scores import Scores

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Score:
    """One text's scores, and the version that gave them."""

    scores: Scores
    running: Running


_SHORT_SECONDS = 0.002
"""A batch that is expected to take less is scored on the event loop: a thread would have to wait
for the interpreter, and then the loop for the thread, longer than that."""
_SMOOTHING = 0.1

_Waiting = tuple[str, asyncio.Future[Score]]


class Batcher:
    """One task takes all that has arrived and scores it, repeatedly: a fast model on the
    event loop, a slow one or long texts in a thread.

    Nothing waits for a batch to fill: while one batch is scored the next one gathers by itself.

    Args:
        champion: the version to score with, read again for each batch.
        queue_size: texts that may wait.
        batch_size: texts that are scored at once.
        on_batch: called with the size of each batch and the number still waiting.
    """

    def __init__(
        self,
        champion: Champion,
        queue_size: int,
        batch_size: int,
        on_batch: Callable[[int, int], None] = lambda _size, _waiting: None,
    ) -> None:
        self._champion = champion
        self._queue_size = queue_size
        self._batch_size = batch_size
        self._on_batch = on_batch
        self._waiting: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "batch")
        self._seconds_per_char = _SHORT_SECONDS  # as if it were slow, until it is known better

    async def score(self, text: str) -> Score:
        """The score of one text.

        Raises:
            ProblemError: 503, too many texts wait.
            RegistryError: no version is loaded yet.
        """
        if len(self._waiting) >= self._queue_size:
            raise not_now("More predictions wait than can be answered soon; come again.")
        future: asyncio.Future[Score] = asyncio.get_running_loop().create_future()
        self._waiting.append((text, future))
        self._arrived.set()
        return await future

    async def run(self) -> None:
        """Score until cancelled."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                count = min(len(self._waiting), self._batch_size)
                batch = [self._waiting.popleft() for _ in range(count)]
                await self._answer(batch)
                self._on_batch(len(batch), len(self._waiting))

    def close(self) -> None:
        """Stop the thread."""
        self._thread.shutdown(wait=False)

    async def _score(self, running: Running, texts: list[str]) -> Scores:
        chars = sum(map(len, texts)) + len(texts)
        began = time.perf_counter()
        if chars * self._seconds_per_char < _SHORT_SECONDS:
            scores = running.scorer.score(texts)
        else:
            loop = asyncio.get_running_loop()
            scores = await loop.run_in_executor(self._thread, running.scorer.score, texts)
        seconds_per_char = (time.perf_counter() - began) / chars
        self._seconds_per_char += _SMOOTHING * (seconds_per_char - self._seconds_per_char)
        return scores

    async def _answer(self, batch: list[_Waiting]) -> None:
        try:
            running = self._champion.current
            scores = await self._score(running, [text for text, _ in batch])
        except Exception as error:
            if len(batch) == 1 or not self._champion.loaded:
                _fail(batch, error)
                return
            log.exception("A batch of %d texts failed; each is scored alone.", len(batch))
            for one in batch:
                await self._answer([one])
            return
        for row, (_, future) in enumerate(batch):
            if not future.done():
                future.set_result(Score(scores[row : row + 1], running))


def _fail(batch: list[_Waiting], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
