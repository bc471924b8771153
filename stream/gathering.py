"""The batches that wait for the model, asked about in one go.

A call of the graph costs the more for each text the fewer there are in it, and while it is under
way the batches of other partitions wait. Together they wait for one call in place of several.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol


class Asking(Protocol):
    """Work on one batch, as far as the model is concerned."""

    @property
    def model(self) -> object | None:
        """What is asked. Batches of works with the same one may be asked about together, in any
        thread. None: `infer` has nothing to ask, and wants one batch after the other."""

    def infer(self, prepared: Sequence[Any]) -> Sequence[Any]:
        """Ask about batches that were prepared, each by its own work: an answer for each."""


@dataclass(slots=True, eq=False)
class _Waiting:
    work: Asking
    prepared: Any
    records: int
    answer: asyncio.Future[Any]


class Gathering:
    """What waits, in order, and the threads that ask.

    Args:
        threads: calls of the model at the same time.
        most: records that are asked about together; a larger batch goes alone.
    """

    def __init__(self, threads: int, most: int) -> None:
        self._most = most
        self._waiting: deque[_Waiting] = deque()
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(threads, "infer")

    async def infer(self, work: Asking, prepared: Any, records: int) -> Any:
        """The answer for a batch, as soon as a thread is free.

        Raises:
            Exception: what `infer` raised, for each batch that it was asked about.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(work, prepared, records, loop.create_future())
        with self._lock:
            self._waiting.append(waiting)
        self._threads.submit(self._ask, loop)  # finds nothing where another took it along
        return await waiting.answer

    def _ask(self, loop: asyncio.AbstractEventLoop) -> None:
        together = self._next()
        if not together:
            return
        try:
            answers = together[0].work.infer([waiting.prepared for waiting in together])
            found = list(zip(together, answers, strict=True))
        except Exception as error:  # noqa: BLE001 - raised where each of them is waited for
            loop.call_soon_threadsafe(_fail, together, error)
        else:
            loop.call_soon_threadsafe(_deliver, found)

    def _next(self) -> list[_Waiting]:
        """The first that waits, and those right behind it that may be asked about with it."""
        together: list[_Waiting] = []
        records = 0
        with self._lock:
            while self._waiting and (not together or self._joins(together[0], records)):
                together.append(self._waiting.popleft())
                records += together[-1].records
        return together

    def _joins(self, first: _Waiting, records: int) -> bool:
        other = self._waiting[0]
        return other.work.model is first.work.model and records + other.records <= self._most


def _deliver(found: list[tuple[_Waiting, Any]]) -> None:
    for waiting, answer in found:
        if not waiting.answer.done():
            waiting.answer.set_result(answer)


def _fail(together: list[_Waiting], error: Exception) -> None:
    for waiting in together:
        if not waiting.answer.done():
            waiting.answer.set_exception(error)
