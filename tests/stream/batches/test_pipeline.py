"""The flow of batches: they commit as they came, also when one of them has to be taken apart."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry

from stream.batches.batch import Batch
from stream.batches.executor import BatchExecutor
from stream.batches.pipeline import Pipeline
from stream.metrics import StreamMetrics
from stream.transactions.outputs import Outputs


@dataclass(eq=False)
class Writer:
    """Takes batches as a PartitionWriter does: only one that follows on the last."""

    source: TopicPartition = field(default_factory=lambda: TopicPartition("tweets", 0))
    name: str = "tweets[0]"
    state: str = "open"
    committed: int = 0
    aborted: int = 0

    def lose(self, why: str) -> None:
        self.state = "lost"

    def fail(self) -> None:
        self.state = "failed"

    async def commit(self, start: int, end: int, outputs: Outputs, may_share: bool = False) -> bool:
        if self.state != "open" or start != self.committed:
            return False
        outputs.sent()
        self.committed = end
        return True


class Work:
    """Fails in the model where told to, and is slow to take a batch apart."""

    def __init__(self, fails: bool = False, broken: bool = False) -> None:
        self.fails = fails
        self.broken = broken

    @property
    def model(self) -> object:
        return self

    def run(self, batches: Sequence[Batch]) -> list[Outputs]:
        if self.fails:
            raise ValueError("the model fails")
        return [Outputs() for _ in batches]

    def isolate(self, _: Batch) -> Outputs:
        if self.broken:
            raise RuntimeError("a bug")
        time.sleep(0.2)
        return Outputs()


def pipeline(finished: list[Batch], sent: list[Batch] | None = None) -> Pipeline:
    told = [] if sent is None else sent
    return Pipeline(
        StreamMetrics(CollectorRegistry()), told.append, lambda batch, _: finished.append(batch)
    )


def batch(writer: Writer, start: int, end: int) -> Batch:
    return Batch("tweets", 0, start, end, [], writer)  # type: ignore[arg-type]


async def test_a_batch_that_is_taken_apart_is_not_overtaken_by_the_next() -> None:
    writer, finished, sent = Writer(), [], []
    flow = pipeline(finished, sent)
    threads = BatchExecutor(3, 10)
    flow.submit(batch(writer, 0, 10), Work(fails=True), threads)
    flow.submit(batch(writer, 10, 20), Work(), threads)
    flow.submit(batch(writer, 20, 30), Work(), threads)
    await flow.drain()
    assert (writer.committed, writer.state, len(finished)) == (30, "open", 3)
    assert [one.end for one in sent] == [10, 20, 30]


async def test_a_partition_whose_batch_fails_by_a_bug_takes_no_other_batch() -> None:
    writer, finished = Writer(), []
    flow = pipeline(finished)
    threads = BatchExecutor(3, 10)
    flow.submit(batch(writer, 0, 0), Work(fails=True, broken=True), threads)
    await asyncio.sleep(0.1)
    flow.submit(batch(writer, 0, 10), Work(), threads)
    await flow.drain(10)
    assert (writer.committed, writer.state) == (0, "lost")
    assert len(finished) == 2, "each gives its place back"


async def test_a_batch_that_is_dropped_without_another_owner_is_fetched_anew() -> None:
    writer, finished = Writer(committed=5), []
    flow = pipeline(finished)
    threads = BatchExecutor(3, 10)
    flow.submit(batch(writer, 0, 10), Work(), threads)
    await flow.drain()
    assert writer.state == "lost", "the group shares out anew, and the records come again"
