"""The flow of batches through a worker: threads make of each what it publishes, then it commits.

Threads take batches as they come and may finish in any order. A partition's batches commit in
theirs: one waits for the one before it.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial
from weakref import WeakKeyDictionary

from stream.batch import Batch, Outputs
from stream.gathering import Gathering, Work
from stream.metrics import StreamMetrics
from stream.transactions import PartitionWriter

log = logging.getLogger(__name__)

_RETRY_SECONDS = 5.0


class Pipeline:
    """Takes batches from agents and sees them through.

    Args:
        metrics: counts batches and transactions.
        sent: called with each batch whose records Kafka has, once or more.
        finished: called with each batch that is committed or dropped.
    """

    def __init__(
        self,
        metrics: StreamMetrics,
        sent: Callable[[Batch], None],
        finished: Callable[[Batch], None],
    ) -> None:
        self._metrics = metrics
        self._sent = sent
        self._finished = finished
        self._running: set[asyncio.Task[None]] = set()
        self._last: WeakKeyDictionary[PartitionWriter, asyncio.Task[None]] = WeakKeyDictionary()

    def submit(self, batch: Batch, work: Work, threads: Gathering) -> None:
        """Start on a batch. How many are under way at once is the transport's to bound."""
        before = self._last.get(batch.writer)
        task = asyncio.create_task(self._run(batch, work, threads, before))
        self._last[batch.writer] = task
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def drain(self, seconds: float = 5.0) -> None:
        """Wait until the batches under way are done; those that are not will be done again."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)

    async def _run(
        self, batch: Batch, work: Work, threads: Gathering, before: asyncio.Task[None] | None
    ) -> None:
        writer = batch.writer
        try:
            outputs = await _outputs(batch, work, threads)
            outputs.sent = partial(self._sent, batch)
            if before is not None and not before.done():
                # The one before may be in another thread still, or be taken apart there.
                await asyncio.wait([before])
            started = time.perf_counter()
            aborted = writer.aborted
            done = await writer.commit(batch.start, batch.end, outputs)
            self._metrics.aborts.inc(writer.aborted - aborted)
            if done:
                self._count(batch, outputs, time.perf_counter() - started)
                return
            self._metrics.dropped.inc()
            if writer.state == "open":
                writer.state = "lost"
        except Exception:
            # A bug, not a message: the batch is not committed, the partition stands still and
            # /health says so, until the next owner tries again.
            log.exception("%s offset %d: batch failed.", writer.name, batch.start)
            if writer.state == "open":
                writer.state = "failed"
            await asyncio.sleep(_RETRY_SECONDS)
            if writer.state == "failed":
                writer.state = "lost"
        finally:
            self._finished(batch)

    def _count(self, batch: Batch, outputs: Outputs, seconds: float) -> None:
        metrics = self._metrics
        if batch.records:
            batch.writer.committed_timestamp = batch.records[-1].timestamp / 1000
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


async def _outputs(batch: Batch, work: Work, threads: Gathering) -> Outputs:
    try:
        return await threads.outputs(work, batch)
    except Exception as error:  # noqa: BLE001 - whatever a model or a message can raise
        log.warning("%s offset %d: %r; message by message.", batch.writer.name, batch.start, error)
        return await threads.isolated(work, batch)
