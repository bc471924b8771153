"""The threads that process batches; those for the same model version are processed together.

A call of the graph costs more per text the fewer texts it has, and each hand-over between threads
waits for the interpreter's lock. So a thread takes all batches that wait and does every step from
parsing to serialising. A few small batches wait for a thread that is busy already.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

from stream.batches.batch import Batch
from stream.transactions.outputs import Outputs

_WORTH_A_THREAD = 1_000
"""Start another thread once this many records wait; fewer join the next batches."""
_SAME_FETCH_SECONDS = 0.005
"""How long a batch waits for the others of the same fetch."""


class BatchTask(Protocol):
    """Turns batches into what they publish. Runs in threads and may take its time."""

    @property
    def model(self) -> object:
        """Batches of tasks with the same model may be run together, by any of these tasks."""

    def run(self, batches: Sequence[Batch]) -> Sequence[Outputs]:
        """What each of them publishes."""

    def isolate(self, batch: Batch) -> Outputs:
        """Called when `run` failed: runs again, message by message where it must."""


@dataclass(slots=True, eq=False)
class _Waiting:
    task: BatchTask
    batch: Batch
    outputs: asyncio.Future[Outputs]

    @property
    def records(self) -> int:
        return len(self.batch.records)


class BatchExecutor:
    """Batches that wait, in order, and the threads that run them.

    Args:
        threads: how many; with one, batches are run in the order in which they came.
        max_records: records that are run together; a larger batch is run alone.
    """

    def __init__(self, threads: int, max_records: int) -> None:
        self._max_records = max_records
        self._waiting: deque[_Waiting] = deque()
        self._busy = 0
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(threads, "score")
        self._later: asyncio.TimerHandle | None = None

    async def outputs(self, task: BatchTask, batch: Batch) -> Outputs:
        """What a batch publishes.

        Raises:
            Exception: what `run` raised, for each batch that was in it.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(task, batch, loop.create_future())
        with self._lock:
            self._waiting.append(waiting)
        if not batch.more_of_topic:
            self._start(loop)
        elif self._later is None:
            self._later = loop.call_later(_SAME_FETCH_SECONDS, self._start, loop)
        return await waiting.outputs

    def run(self, work: Callable[[], None]) -> None:
        """Run something else in one of the threads, after what waits."""
        self._threads.submit(work)

    async def isolated(self, task: BatchTask, batch: Batch) -> Outputs:
        """What a batch publishes if it is run message by message."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, task.isolate, batch)

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Called once all batches of a fetch wait: otherwise the first would be run alone."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
        for _ in range(len(self._waiting)):
            self._threads.submit(self._run, loop)  # finds nothing if another thread took it

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        while together := self._next():
            try:
                outputs = together[0].task.run([waiting.batch for waiting in together])
                done = list(zip(together, outputs, strict=True))
            except Exception as error:  # noqa: BLE001 - raised where each of them is waited for
                loop.call_soon_threadsafe(_fail, together, error)
            else:
                loop.call_soon_threadsafe(_deliver, done)
            finally:
                self._leave()

    def _next(self) -> list[_Waiting]:
        """The first batch that waits, and those behind it that may run with it.

        Empty if they are too few for another thread: a busy one looks again once it is done.
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
        return other.task.model is first.task.model and records + other.records <= self._max_records


def _deliver(done: list[tuple[_Waiting, Outputs]]) -> None:
    for waiting, outputs in done:
        if not waiting.outputs.done():
            waiting.outputs.set_result(outputs)


def _fail(together: list[_Waiting], error: Exception) -> None:
    for waiting in together:
        if not waiting.outputs.done():
            waiting.outputs.set_exception(error)
