"""The batch: neighbouring records of one partition, on their way through the worker."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka import ConsumerRecord

from stream.transactions.partition_writer import WORTH_A_TRANSACTION, PartitionWriter


@dataclass(slots=True)
class Batch:
    """Neighbouring records of one partition. One Faust event carries one batch.

    Attributes:
        start: the consumer's position before the first record.
        end: its position after the last one, transaction markers included: what is committed.
        writer: the owner of the partition when the batch was fetched.
        more_of_topic: whether another batch of the topic follows, from the same fetch.
    """

    topic: str
    partition: int
    start: int
    end: int
    records: Sequence[ConsumerRecord]
    writer: PartitionWriter
    more_of_topic: bool = False

    @property
    def is_small(self) -> bool:
        """Whether it may share a transaction with batches of other partitions."""
        return len(self.records) < WORTH_A_TRANSACTION
