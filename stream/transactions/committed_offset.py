"""Where a group stands in a partition, asked over the connection of a transactional producer."""

from typing import NamedTuple

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.commit import OffsetFetchRequest

from stream.transactions.offset_metadata import read_shared_id

_GROUP_COORDINATOR = 0


class CommittedOffset(NamedTuple):
    """What Kafka holds of a group for one partition.

    Attributes:
        offset: the next one to read; -1: none is committed.
        metadata: what was written beside it.
        shared_id: the name of the shared transaction in that metadata, or empty.
    """

    offset: int
    metadata: str
    shared_id: str


async def committed_offset(
    producer: AIOKafkaProducer, group: str, source: TopicPartition
) -> CommittedOffset:
    """The committed offset of a group.

    After the producer's start no transaction of its partition is open any more, and no answer
    depends on what the consumer believes.

    Raises:
        KafkaError: the coordinator is not reachable, or refuses to answer.
    """
    client = producer.client
    node = await client.coordinator_lookup(_GROUP_COORDINATOR, group)
    if not await client.ready(node):
        raise KafkaError(f"coordinator {node} of group {group} is not reachable")
    answer = await client.send(
        node, OffsetFetchRequest(group, [(source.topic, [source.partition])])
    )
    for _, partitions in answer.topics:
        for _, offset, metadata, code in partitions:
            if code:
                raise for_code(code)()
            return CommittedOffset(offset, *read_shared_id(metadata or ""))
    return CommittedOffset(-1, "", "")
