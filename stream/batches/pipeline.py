"""The way of batches through a worker: a thread processes each batch, then it commits.

Threads may finish batches in any order. The batches of a partition commit in the partition's order:
each waits for the one before it.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial
from weakref import WeakKeyDictionary

from stream.batches.batch import Batch
from stream.batches.executor import BatchExecutor, BatchTask
from stream.metrics import StreamMetrics
from stream.transactions.outputs import Outputs
from stream.transactions.partition_writer import PartitionWriter

log = logging.getLogger(__name__)

_RETRY_SECONDS = 5.0


class Pipeline:
    """Takes batches from agents and sees them through.

    Args:
        metrics: counts batches and transactions.
        sent: called with each batch whose records Kafka has, once or more.
        finished: called with each batch that is committed or dropped, and whether it is committed.
    """

    def __init__(
        self,
        metrics: StreamMetrics,
        sent: Callable[[Batch], None],
        finished: Callable[[Batch, bool], None],
    ) -> None:
        self._metrics = metrics
        self._sent = sent
        self._finished = finished
        self._running: set[asyncio.Task[None]] = set()
        self._last: WeakKeyDictionary[PartitionWriter, asyncio.Task[None]] = WeakKeyDictionary()

    def submit(self, batch: Batch, task: BatchTask, threads: BatchExecutor) -> None:
        """Start on a batch. The transport bounds how many are under way."""
        before = self._last.get(batch.writer)
        running = asyncio.create_task(self._run(batch, task, threads, before))
        self._last[batch.writer] = running
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    async def drain(self, seconds: float = 5.0) -> None:
        """Wait until the batches under way are done; those that are not will be done again."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)

    async def _run(
        self,
        batch: Batch,
        task: BatchTask,
        threads: BatchExecutor,
        before: asyncio.Task[None] | None,
    ) -> None:
        writer, done = batch.writer, False
        try:
            outputs = await _outputs(batch, task, threads)
            outputs.sent = partial(self._sent, batch)
            if before is not None and not before.done():
                # The batch before may still be in another thread.
                await asyncio.wait([before])
            started = time.perf_counter()
            aborted = writer.aborted
            done = await writer.commit(batch.start, batch.end, outputs, batch.is_small)
            self._metrics.aborts.inc(writer.aborted - aborted)
            if done:
                self._count(batch, outputs, time.perf_counter() - started)
                return
            self._metrics.dropped.inc()
            if writer.state == "open":
                writer.lose("does not follow on the batch before")
        except Exception:
            # A bug, not a message: the batch is not committed, the partition stands still and
            # /health says so, until the next owner tries again.
            log.exception("%s offset %d: batch failed.", writer.name, batch.start)
            writer.fail()
            await asyncio.sleep(_RETRY_SECONDS)
            if writer.state == "failed":
                writer.lose("has a batch that failed")
        finally:
            self._finished(batch, done)

    def _count(self, batch: Batch, outputs: Outputs, seconds: float) -> None:
        metrics = self._metrics
        metrics.transaction_seconds.observe(seconds)
        metrics.batch_size.observe(len(batch.records))
        for counter, amount in outputs.counts:
            counter.inc(amount)
        for do in outputs.after:
            do()
        if not outputs.timed:
            return
        now = time.time()
        # A histogram takes 0.5 us a value: every sixteenth is enough for its quantiles.
        for record in batch.records[::16]:
            metrics.latency.observe(now - record.timestamp / 1000)


async def _outputs(batch: Batch, task: BatchTask, threads: BatchExecutor) -> Outputs:
    try:
        return await threads.outputs(task, batch)
    except Exception as error:  # noqa: BLE001 - whatever a model or a message can raise
        log.warning("%s offset %d: %r; message by message.", batch.writer.name, batch.start, error)
        return await threads.isolated(task, batch)
