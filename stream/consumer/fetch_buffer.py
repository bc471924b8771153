"""Records that were fetched and wait until their partition has capacity for a batch.

aiokafka fetches a partition again only when all that it holds of it was read. Read at once, the
next records are on their way while batches are under way; otherwise each batch would be as old as
the one before it took.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from aiokafka import ConsumerRecord, TopicPartition

from stream.kafka.aiokafka_internals import Positioned


class FetchedRecords(NamedTuple):
    """Records of one partition, and the consumer's position before and after them."""

    source: TopicPartition
    start: int
    end: int
    records: list[ConsumerRecord]


class Capacity(NamedTuple):
    """Which partitions have capacity for a batch, the next one first.

    Attributes:
        batches: how many more batches fit, by topic: one topic never uses up another's.
    """

    partitions: list[TopicPartition]
    batches: Mapping[str, int]


class Answers(Protocol):
    """Kafka's answers that wait to be read: `ConsumerInternals`."""

    @property
    def assignment(self) -> object | None:
        """Another object after each rebalance; None without partitions."""

    @property
    def answered(self) -> list[TopicPartition]:
        """The partitions for which an answer waits."""

    def read(self, source: TopicPartition, most: int) -> Positioned | None:
        """The next records of a partition."""


def with_more_of_topic(fetched: Sequence[FetchedRecords]) -> Iterator[tuple[FetchedRecords, bool]]:
    """Each item with whether another one of its topic follows in the same fetch."""
    last = {one.source.topic: one for one in fetched}
    for one in fetched:
        yield one, one is not last[one.source.topic]


class FetchBuffer:
    """Collects Kafka's answers into batches that grow.

    Args:
        most: records of one batch.
        most_bytes: a batch of this many bytes does not grow.
        ahead: records of one topic that may wait for partitions without capacity.
    """

    def __init__(self, most: int, most_bytes: int, ahead: int) -> None:
        self._most, self._most_bytes, self._ahead = most, most_bytes, ahead
        self._assignment: object | None = None
        self._waiting: dict[TopicPartition, deque[FetchedRecords]] = defaultdict(deque)

    def collect(self, answers: Answers, ready: Collection[TopicPartition]) -> bool:
        """Read the answers that wait; returns whether anything came.

        Args:
            answers: of the consumer.
            ready: partitions with capacity. The others may have a limited number of records.

        Raises:
            KafkaError: Kafka's answer for a partition was an error.
        """
        assignment = answers.assignment
        if assignment is not self._assignment:  # what waits belongs to the assignment before
            self._assignment = assignment
            self._waiting.clear()
        if assignment is None:
            return False
        some = False
        for source in answers.answered:
            if self._may_grow(source, source in ready):
                some = self._read(answers, source) or some
        return some

    def take(self, capacity: Capacity) -> list[FetchedRecords]:
        """The next batches that there is capacity for."""
        left, taken = dict(capacity.batches), []
        for source in capacity.partitions:
            if self._waiting.get(source) and left.get(source.topic, 0) > 0:
                left[source.topic] -= 1
                taken.append(self._waiting[source].popleft())
        return taken

    def forget(self, source: TopicPartition) -> None:
        """Drop what waits for a partition that is fetched again from another offset."""
        self._waiting.pop(source, None)

    def _may_grow(self, source: TopicPartition, ready: bool) -> bool:
        waiting = self._waiting[source]
        if not waiting:
            return ready or self._total(source.topic) < self._ahead
        if len(waiting[-1].records) >= self._most or self._total(source.topic) >= self._ahead:
            return False
        size: int = sum(record.serialized_value_size for record in waiting[-1].records)
        return size < self._most_bytes

    def _total(self, topic: str) -> int:
        return sum(
            len(some.records)
            for source, waiting in self._waiting.items()
            if source.topic == topic
            for some in waiting
        )

    def _read(self, answers: Answers, source: TopicPartition) -> bool:
        waiting = self._waiting[source]
        read = answers.read(source, self._most - (len(waiting[-1].records) if waiting else 0))
        if read is None:
            return False
        start, end, records = read
        if waiting and waiting[-1].end == start:
            records = [*waiting[-1].records, *records]
            waiting[-1] = waiting[-1]._replace(end=end, records=records)
        else:
            waiting.append(FetchedRecords(source, start, end, records))
        return True
