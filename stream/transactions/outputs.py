"""What a batch publishes: records by topic and partition."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from aiokafka.partitioner import murmur2
from prometheus_client import Counter

Headers = list[tuple[str, bytes]]


class Record(NamedTuple):
    """A record to publish. Its timestamp is in milliseconds since 1970."""

    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key, as the Java client's default partitioner chooses it.

    librdkafka calls it `murmur2_random`.
    """
    return int(murmur2(key) & 0x7FFFFFFF) % partitions


@dataclass(slots=True)
class Outputs:
    """All that a batch publishes, by topic and partition, in order.

    Attributes:
        metadata: travels with the committed offset, for the partition's next owner.
        counts: counters and by how much they rise once the transaction is committed.
        after: what else is done then.
        sent: called as soon as Kafka has the records; again where they had to be sent again.
        timed: whether the records' age is the latency that users feel.
    """

    metadata: str = ""
    records: dict[tuple[str, int], list[Record]] = field(default_factory=lambda: defaultdict(list))

    counts: list[tuple[Counter, int]] = field(default_factory=list)
    after: list[Callable[[], None]] = field(default_factory=list)
    sent: Callable[[], None] = lambda: None
    timed: bool = False

    def add(self, topic: str, partition: int, records: Iterable[Record]) -> None:
        """Append records to a partition's."""
        self.records[topic, partition].extend(records)
