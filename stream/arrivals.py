"""What has arrived and waits until its partition has room for a batch.

aiokafka fetches a partition again only when all that it holds of it was read. Read at once, the
next records are on their way while batches are under way; otherwise each batch would be as old as
the one before it took.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from aiokafka import ConsumerRecord, TopicPartition


class Fetched(NamedTuple):
    """What a partition held: its records, and the consumer's position before and after them."""

    source: TopicPartition
    start: int
    end: int
    records: list[ConsumerRecord]


class Room(NamedTuple):
    """Which partitions have room for a batch, the next one first, and how many batches may come."""

    sources: list[TopicPartition]
    places: int


def with_followed(together: Sequence[Fetched]) -> Iterator[tuple[Fetched, bool]]:
    """What was fetched together, each with whether another of its topic comes behind it."""
    last = {fetched.source.topic: fetched for fetched in together}
    for fetched in together:
        yield fetched, fetched is not last[fetched.source.topic]


class Arrivals:
    """Reads aiokafka's buffers into batches that grow.

    Args:
        most: records of one batch.
        most_bytes: a batch of so many bytes grows no more.
        ahead: records that may wait for partitions that have no room yet.
    """

    def __init__(self, most: int, most_bytes: int, ahead: int) -> None:
        self._most, self._most_bytes, self._ahead = most, most_bytes, ahead
        self._assignment: Any = None
        self._waiting: dict[TopicPartition, deque[Fetched]] = defaultdict(deque)

    def collect(self, fetcher: Any, ready: Collection[TopicPartition]) -> bool:
        """Read what aiokafka holds; whether there was anything.

        Args:
            ready: partitions that have room. The others may have a limited number of records.

        Raises:
            KafkaError: Kafka's answer for a partition was an error.
        """
        assignment = fetcher._subscriptions.subscription.assignment
        if assignment is not self._assignment:  # who owns what begins anew
            self._assignment = assignment
            self._waiting.clear()
        if assignment is None:
            return False
        some = False
        for source in list(fetcher._records):
            if self._grows(source, source in ready):
                some = self._read(fetcher, source) or some
        return some

    def take(self, room: Room) -> list[Fetched]:
        """The next batches that there is room for."""
        full = [source for source in room.sources if self._waiting.get(source)][: room.places]
        return [self._waiting[source].popleft() for source in full]

    def forget(self, source: TopicPartition) -> None:
        """Drop what waits for a partition, which is fetched again from elsewhere."""
        self._waiting.pop(source, None)

    def _grows(self, source: TopicPartition, ready: bool) -> bool:
        waiting = self._waiting[source]
        if not waiting:
            return ready or self._total() < self._ahead
        if len(waiting[-1].records) >= self._most or self._total() >= self._ahead:
            return False
        size: int = sum(record.serialized_value_size for record in waiting[-1].records)
        return size < self._most_bytes

    def _total(self) -> int:
        return sum(len(some.records) for waiting in self._waiting.values() for some in waiting)

    def _read(self, fetcher: Any, source: TopicPartition) -> bool:
        """As aiokafka's `Fetcher.fetched_records`, which reports no bare moves of the position.

        Markers of transactions cause them; without them the committed offset never reaches the
        end of a transactional topic.
        """
        result = fetcher._records[source]
        if not hasattr(result, "getall"):  # an error instead of records
            _done_with(fetcher, source)
            result.check_raise()
            return True
        state = self._assignment.state_value(source)
        start = state.position if state is not None and state.has_valid_position else None
        waiting = self._waiting[source]
        records = result.getall(self._most - (len(waiting[-1].records) if waiting else 0))
        if not result.has_more():
            _done_with(fetcher, source)
        if start is None or state.position == start:
            return False
        if waiting and waiting[-1].end == start:
            records = [*waiting[-1].records, *records]
            waiting[-1] = waiting[-1]._replace(end=state.position, records=records)
        else:
            waiting.append(Fetched(source, start, state.position, records))
        return True


def _done_with(fetcher: Any, source: TopicPartition) -> None:
    del fetcher._records[source]
    fetcher._notify(fetcher._wait_consume_future)
