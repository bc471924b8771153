"""A transactional producer that completes what a broker left undone in its predecessor's name.

A broker that ends between deciding on a transaction and telling its partitions is to tell them
after its restart. Kafka 4.3.1 then takes a partition that has no leader at that moment for deleted,
tells it nothing, and calls the transaction complete ("Couldn't find leader endpoint … can be
skipped", TransactionMarkerChannelManager). With one replica, each restart has such a moment. The
records and the offset of that transaction hang: invisible, until the next transaction of the same
producer decides for them too. A batch that is done again would then come out twice.

So the last decision is asked for before the producer's start makes Kafka forget it, and told again
to every partition that may have missed it, by an empty transaction with the same end. One that
heard it the first time is not changed by hearing it again.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.client import CoordinationType
from aiokafka.errors import for_code
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Int64,
    Schema,
    TaggedFields,
)

_NO_SUCH_ID = 105
_COMMITTED = ("PrepareCommit", "CompleteCommit")
_UNDER_WAY = ("PrepareCommit", "PrepareAbort")
_NOTHING = ("", "Empty", "Dead")
_POLL_SECONDS = 0.005


@dataclass
class Settlement:
    """What has to be told again, kept over the tries of one owner to start a producer.

    Attributes:
        group: the consumer group whose offsets the transactions commit.
        topics: all topics that they write to.
        committed: the decision that is still to be told: commit, abort or none.
    """

    group: str
    topics: Iterable[str]
    committed: bool | None = None

    async def start(self, producer: AIOKafkaProducer) -> None:
        """Start a transactional producer, and settle what its predecessors left open.

        Raises:
            KafkaError: something did not work; a new producer may try again.
        """
        await producer.client.bootstrap()
        if self.committed is None:
            state = await _state(producer)
            # One that is under way counts as aborted: the start of this producer aborts it.
            self.committed = None if state in _NOTHING else state in _COMMITTED
        await producer._sender.start()  # as `producer.start()`, which would connect once more
        if self.committed is not None:
            await self._tell(producer, self.committed)
            self.committed = None

    async def _tell(self, producer: AIOKafkaProducer, commit: bool) -> None:
        sender, manager = producer._sender, producer._txn_manager
        partitions = [
            TopicPartition(topic, partition)
            for topic in self.topics
            for partition in await producer.client._wait_on_metadata(topic)
        ]
        await producer.begin_transaction()
        for partition in partitions:
            manager.maybe_add_partition_to_txn(partition)
        # The group joins, but no offset is sent: that would replace the one that hangs.
        while not await sender._do_add_offsets_to_txn(self.group):
            continue
        await (producer.commit_transaction() if commit else producer.abort_transaction())
        # Kafka answers before it has told anybody, and tells nobody when it has.
        while await _state(producer) in _UNDER_WAY:  # noqa: ASYNC110
            await asyncio.sleep(_POLL_SECONDS)


async def _state(producer: AIOKafkaProducer) -> str:
    """How far Kafka is with the last transaction of this id; empty if there was none."""
    name = producer._txn_manager.transactional_id
    node = await producer._sender._find_coordinator(CoordinationType.TRANSACTION, name)
    answer = await producer.client.send(node, _DescribeTransactions(name))
    (found,) = answer.states
    code, _, state, *_ = found
    if code == _NO_SUCH_ID:
        return ""
    if code:
        raise for_code(code)()
    return str(state)


class _DescribeTransactionsResponse(Response):
    API_KEY = 65
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "states",
            CompactArray(
                ("error_code", Int16),
                ("transactional_id", CompactString("utf-8")),
                ("state", CompactString("utf-8")),
                ("timeout_ms", Int32),
                ("start_time_ms", Int64),
                ("producer_id", Int64),
                ("producer_epoch", Int16),
                (
                    "topics",
                    CompactArray(
                        ("topic", CompactString("utf-8")),
                        ("partitions", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _DescribeTransactionsStruct(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 65
    API_VERSION = 0
    RESPONSE_TYPE = _DescribeTransactionsResponse
    SCHEMA = Schema(
        ("transactional_ids", CompactArray(CompactString("utf-8"))), ("tags", TaggedFields)
    )


class _DescribeTransactions(Request[_DescribeTransactionsStruct]):
    """aiokafka has no such request of its own."""

    API_KEY = 65

    def __init__(self, transactional_id: str) -> None:
        self._transactional_id = transactional_id

    def build(self, request_struct_class: Any) -> Any:
        return request_struct_class([self._transactional_id], {})
