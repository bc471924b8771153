"""What moves through the stream: a batch of records in, records to publish out."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from aiokafka import ConsumerRecord
from aiokafka.partitioner import murmur2
from prometheus_client import Counter

if TYPE_CHECKING:
    from stream.transactions import PartitionWriter

Headers = list[tuple[str, bytes]]


@dataclass(slots=True)
class Batch:
    """Neighbouring records of one partition. One Faust event carries one batch.

    Attributes:
        start: the consumer's position before the first record.
        end: its position after the last one, transaction markers included: what is committed.
        writer: the owner of the partition when the batch was fetched.
        followed: whether another of the same topic was fetched with it, and comes right behind.
    """

    topic: str
    partition: int
    start: int
    end: int
    records: Sequence[ConsumerRecord]
    writer: "PartitionWriter"
    followed: bool = False


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
        note: travels with the committed offset, for the partition's next owner.
        counts: counters and by how much they rise once the transaction is committed.
        after: what else is done then.
        sent: called as soon as Kafka has the records; again where they had to be sent again.
        timed: whether the records' age is the latency that users feel.
    """

    note: str = ""
    records: dict[tuple[str, int], list[Record]] = field(default_factory=lambda: defaultdict(list))

    counts: list[tuple[Counter, int]] = field(default_factory=list)
    after: list[Callable[[], None]] = field(default_factory=list)
    sent: Callable[[], None] = lambda: None
    timed: bool = False

    def add(self, topic: str, partition: int, records: Iterable[Record]) -> None:
        """Append records to a partition's."""
        self.records[topic, partition].extend(records)
