"""Back-pressure: from which partitions the worker may fetch now, by what is under way."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from stream.consumer.fetch_buffer import Capacity
from stream.settings import StreamSettings
from stream.transactions.partition_writer import WORTH_A_TRANSACTION, PartitionWriter

_SHARED_WAIT_SECONDS = 0.1
"""How long the partitions of a topic wait for one another, to be scored in one call. A partition
that takes longer delays no other."""


@dataclass(slots=True, eq=False)
class PartitionFlow:
    """What is on its way through one partition: fetched, in flight, sent.

    Attributes:
        fetched_to: offset after the last record that was handed out.
        in_flight: batches that are neither committed nor dropped.
        unsent: ends of the batches whose records Kafka does not have yet.
        batch_records: records of the last batch.
        fetched_at: monotonic seconds of the last batch.
        waiting_for_takeover: whether the partition must not be read yet.
        committed_timestamp: seconds since 1970 of the last committed record; None before one.
        taken_at: seconds since 1970 at which this worker got the partition.
    """

    fetched_to: int = -1
    in_flight: int = 0
    unsent: set[int] = field(default_factory=set)
    batch_records: int = 0
    fetched_at: float = 0.0
    waiting_for_takeover: bool = False
    committed_timestamp: float | None = None
    taken_at: float = field(default_factory=time.time)

    @property
    def is_small(self) -> bool:
        """Whether its last batch shares a transaction with those of other partitions."""
        return self.batch_records < WORTH_A_TRANSACTION


class Backpressure:
    """Counts the batches under way, by the writer of their partition.

    Only the event loop changes it; `capacity` and `should_pause_fetches` may be called from any
    thread. A batch of a writer that is gone changes nothing.

    Attributes:
        flows: by writer, of the partitions of the present assignment.
        on_capacity: called when a partition has capacity again.
        on_sent: called when Kafka has the records of all small batches under way.
    """

    def __init__(self, settings: StreamSettings) -> None:
        self.flows: dict[PartitionWriter, PartitionFlow] = {}
        self.on_capacity: Callable[[], None] = lambda: None
        self.on_sent: Callable[[], None] = lambda: None
        self._settings = settings
        self._received = False

    def assign(self, writers: Iterable[PartitionWriter]) -> None:
        """Start with these writers, and forget all others."""
        self.flows = {writer: PartitionFlow() for writer in writers}

    def free_batches(self) -> dict[str, int]:
        """How many more batches may be under way, by topic.

        Each topic has its own number: mentions that are slow to count never hold back tweets.
        """
        most = self._settings.batches_in_flight
        in_flight: Counter[str] = Counter()
        for writer, flow in self.flows.items():
            in_flight[writer.source.topic] += flow.in_flight
        return {topic: max(most - number, 0) for topic, number in in_flight.items()}

    def capacity(self, active: Iterable[TopicPartition]) -> Capacity:
        """What may be fetched now, among the partitions `active`."""
        return Capacity(self.fetchable(active), self.free_batches())

    def fetchable(self, active: Iterable[TopicPartition]) -> list[TopicPartition]:
        """The partitions among `active` with capacity for a batch, the next one to serve first."""
        free = self.free_batches()
        flows = self.flows  # another thread may put others in their place
        by_source = {writer.source: (writer, flow) for writer, flow in flows.items()}
        waiting = {topic for topic in _topics(flows) if self._shares_soon(topic)}
        ready = [
            source
            for source in active
            if free.get(source.topic)
            and source.topic not in waiting
            and source in by_source
            and self._has_capacity(*by_source[source])
        ]
        # The one that was served longest ago comes first, so that none starves.
        return sorted(ready, key=lambda source: by_source[source][1].fetched_at)

    def _has_capacity(self, writer: PartitionWriter, flow: PartitionFlow) -> bool:
        most = 1 if flow.is_small else self._settings.batches_in_flight_per_partition
        return writer.state == "open" and not flow.waiting_for_takeover and flow.in_flight < most

    def _shares_soon(self, topic: str) -> bool:
        """Whether only small batches of a topic are under way, so that its partitions wait.

        They are fetched together afterwards and scored in one call, which costs less than one
        call for each.
        """
        return _soon_done(
            flow
            for writer, flow in self.flows.items()
            if flow.in_flight and writer.source.topic == topic
        )

    def should_pause_fetches(self) -> bool:
        """Whether only small batches are under way: what arrives now has no capacity yet.

        It is fetched in one request once all of them are sent (`on_sent`). It is then there when
        their transaction ends, and costs one answer of Kafka's instead of several.
        """
        return _soon_done(
            flow
            for flow in self.flows.values()
            if flow.unsent or (self._received and flow.in_flight)
        )

    def records_received(self) -> None:
        """Kafka answered: what comes next is for a later transaction. Call it from any thread."""
        self._received = True

    def opened(self, writer: PartitionWriter) -> None:
        """A writer is open: its partition goes on at the committed offset."""
        if (flow := self.flows.get(writer)) is not None:
            flow.fetched_to = writer.committed

    def fetched(self, writer: PartitionWriter, end: int, records: int = 0) -> None:
        """A batch of `records` records, up to the offset `end`, is under way."""
        flow = self.flows.get(writer)
        if flow is None:  # a rebalance came first: the batch will be dropped
            return
        flow.fetched_to = end
        flow.batch_records = records
        flow.fetched_at = time.monotonic()
        flow.in_flight += 1
        flow.unsent.add(end)

    def sent(self, writer: PartitionWriter, end: int) -> None:
        """Kafka has the records of the batch up to `end`, or never will."""
        flow = self.flows.get(writer)
        if flow is None or end not in flow.unsent:
            return
        flow.unsent.remove(end)
        if not _soon_done(flow for flow in self.flows.values() if flow.unsent):
            self._received = False
            self.on_sent()

    def finished(self, writer: PartitionWriter, end: int, timestamp: float | None = None) -> None:
        """The batch up to `end` is committed or dropped.

        Args:
            timestamp: of the last record that was committed, in seconds since 1970.
        """
        self.sent(writer, end)
        if (flow := self.flows.get(writer)) is not None:
            flow.in_flight -= 1
            if timestamp is not None:
                flow.committed_timestamp = timestamp
        self.on_capacity()


def _topics(flows: Iterable[PartitionWriter]) -> set[str]:
    return {writer.source.topic for writer in flows}


def _soon_done(busy: Iterable[PartitionFlow]) -> bool:
    """Whether some partitions are busy, all of them with small batches, and none for long."""
    flows = list(busy)
    late = time.monotonic() - _SHARED_WAIT_SECONDS
    return bool(flows) and all(flow.is_small and flow.fetched_at > late for flow in flows)
