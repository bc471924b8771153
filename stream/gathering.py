"""The batches that wait for a thread; those for the same model are done in one go.

A call of the graph costs the more for each text the fewer there are in it, and each hand-over from
thread to thread waits for the interpreter's lock. So a thread takes all that waits, and sees it
through from parsing to serialising; and what is little waits for a thread that is at work already.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

from stream.batch import Batch, Outputs

_WORTH_A_THREAD = 1_000
"""Waiting records that are worth another thread; fewer are done with those that come meanwhile."""
_FOLLOW_SECONDS = 0.005
"""So long is what was fetched together waited for, should some of it not come."""


class Work(Protocol):
    """What becomes of batches. Runs in threads and may take its time."""

    @property
    def model(self) -> object:
        """Batches of works with the same one may be done together, by any of these works."""

    def run(self, batches: Sequence[Batch]) -> Sequence[Outputs]:
        """What each of them publishes."""

    def isolate(self, batch: Batch) -> Outputs:
        """Called when `run` failed: does it again, message by message where it must."""


@dataclass(slots=True, eq=False)
class _Waiting:
    work: Work
    batch: Batch
    outputs: asyncio.Future[Outputs]

    @property
    def records(self) -> int:
        return len(self.batch.records)


class Gathering:
    """What waits, in order, and the threads that take it.

    Args:
        threads: how many; with one, batches are done in the order in which they came.
        most: records that are done together; a larger batch goes alone.
    """

    def __init__(self, threads: int, most: int) -> None:
        self._most = most
        self._waiting: deque[_Waiting] = deque()
        self._busy = 0
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(threads, "score")
        self._later: asyncio.TimerHandle | None = None

    async def outputs(self, work: Work, batch: Batch) -> Outputs:
        """What a batch publishes.

        Raises:
            Exception: what `run` raised, for each batch that was in it.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(work, batch, loop.create_future())
        with self._lock:
            self._waiting.append(waiting)
        if not batch.followed:
            self._start(loop)
        elif self._later is None:
            self._later = loop.call_later(_FOLLOW_SECONDS, self._start, loop)
        return await waiting.outputs

    async def isolated(self, work: Work, batch: Batch) -> Outputs:
        """What a batch publishes that is taken apart."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, work.isolate, batch)

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Once all that was fetched together waits: else its first batch would be done alone."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
        for _ in range(len(self._waiting)):
            self._threads.submit(self._run, loop)  # finds nothing where another took it along

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        while together := self._next():
            try:
                outputs = together[0].work.run([waiting.batch for waiting in together])
                done = list(zip(together, outputs, strict=True))
            except Exception as error:  # noqa: BLE001 - raised where each of them is waited for
                loop.call_soon_threadsafe(_fail, together, error)
            else:
                loop.call_soon_threadsafe(_deliver, done)
            finally:
                self._leave()

    def _next(self) -> list[_Waiting]:
        """The first that waits, and those right behind it that may be done with it.

        Nothing where it is too little for another thread: one at work looks again once it is done.
        """
        together: list[_Waiting] = []
        records = 0
        with self._lock:
            if self._busy and sum(one.records for one in self._waiting) < _WORTH_A_THREAD:
                return []
            while self._waiting and (not together or self._joins(together[0], records)):
                together.append(self._waiting.popleft())
                records += together[-1].records
            self._busy += bool(together)
        return together

    def _leave(self) -> None:
        with self._lock:
            self._busy -= 1

    def _joins(self, first: _Waiting, records: int) -> bool:
        other = self._waiting[0]
        return other.work.model is first.work.model and records + other.records <= self._most


def _deliver(done: list[tuple[_Waiting, Outputs]]) -> None:
    for waiting, outputs in done:
        if not waiting.outputs.done():
            waiting.outputs.set_result(outputs)


def _fail(together: list[_Waiting], error: Exception) -> None:
    for waiting in together:
        if not waiting.outputs.done():
            waiting.outputs.set_exception(error)
