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
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.client import ConnectionGroup, CoordinationType
from aiokafka.errors import LeaderNotAvailableError, for_code
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


class CoordinatorLostError(OSError):
    """The connection to the transaction's coordinator is gone: a new producer has to settle."""


class _Transaction(NamedTuple):
    """How far Kafka is with the last transaction of an id; `state` is empty if there was none."""

    state: str
    producer: tuple[int, int]


@dataclass
class Settlement:
    """What has to be told again, kept over the tries of an owner to start a producer.

    Attributes:
        group: the consumer group whose offsets the transactions commit; empty if they commit none.
        topics: all topics that they write to.
        committed: the decision that is still to be told: commit, abort or none.
    """

    group: str
    topics: Sequence[str]
    committed: bool | None = None
    _connection: Any = field(default=None, repr=False)
    _teller: tuple[int, int] | None = None

    @property
    def connected(self) -> bool:
        """Whether the started producer still has the coordinator that knows its transactions."""
        return self._connection is not None and self._connection.connected()

    async def start(self, producer: AIOKafkaProducer) -> None:
        """Start a transactional producer, and settle what its predecessors left open.

        From then on the producer ends when its connection to the coordinator does: one that dialled
        again would put its next transaction over what a broker left undone.

        Raises:
            KafkaError, OSError: something did not work; a new producer may try again.
        """
        await producer.client.bootstrap()
        last = await _last(producer)
        # A telling that broke off is no decision of its own.
        if last.state not in _NOTHING and last.producer != self._teller:
            # One that is under way counts as aborted: the start of this producer aborts it.
            self.committed = last.state in _COMMITTED
        await producer._sender.start()  # as `producer.start()`, which would connect once more
        self._connection = await _hold(producer)
        if self.committed is not None:
            manager = producer._txn_manager
            self._teller = manager.producer_id, manager.producer_epoch
            await self._tell(producer, self.committed)
            self.committed = self._teller = None

    async def _tell(self, producer: AIOKafkaProducer, commit: bool) -> None:
        sender, manager = producer._sender, producer._txn_manager
        partitions = await self._partitions(producer)
        await producer.begin_transaction()
        for partition in partitions:
            manager.maybe_add_partition_to_txn(partition)
        # The group joins, but no offset is sent: that would replace the one that hangs.
        while self.group and not await sender._do_add_offsets_to_txn(self.group):
            continue
        await (producer.commit_transaction() if commit else producer.abort_transaction())
        # Kafka answers before it has told anybody, and tells nobody when it has.
        while (await _last(producer)).state in _UNDER_WAY:  # noqa: ASYNC110
            await asyncio.sleep(_POLL_SECONDS)
        if not self.connected:  # a broker that came back may have told nobody either
            raise CoordinatorLostError

    async def _partitions(self, producer: AIOKafkaProducer) -> list[TopicPartition]:
        """All that may have missed the decision; none of them may be without a leader now."""
        client = producer.client
        if self.group:
            await client.coordinator_lookup(CoordinationType.GROUP, self.group)
        partitions = [
            TopicPartition(topic, partition)
            for topic in self.topics
            for partition in await client._wait_on_metadata(topic)
        ]
        leaders = [client.cluster.leader_for_partition(partition) for partition in partitions]
        if any(leader is None or leader < 0 for leader in leaders):
            await client.force_metadata_update()
            raise LeaderNotAvailableError
        return partitions


async def _hold(producer: AIOKafkaProducer) -> Any:
    """Let the producer end with its present connection to the coordinator; returns that."""
    client, sender = producer.client, producer._sender
    node = sender._coordinators.get(CoordinationType.TRANSACTION)
    dial, forget = client._get_conn, sender._coordinator_dead
    held = await dial(node, group=ConnectionGroup.COORDINATION) if node is not None else None
    if held is None:
        raise CoordinatorLostError

    async def get_conn(node_id: int, **options: Any) -> Any:
        if options.get("group") == ConnectionGroup.COORDINATION and node_id == node:
            if not held.connected():
                raise CoordinatorLostError
            return held
        return await dial(node_id, **options)

    def coordinator_dead(kind: CoordinationType) -> None:
        if kind is CoordinationType.TRANSACTION:
            raise CoordinatorLostError
        forget(kind)

    client._get_conn, sender._coordinator_dead = get_conn, coordinator_dead
    return held


def _is_news(record: logging.LogRecord) -> bool:
    """Not what is meant to happen: aiokafka prints a trace of all that it did not raise itself."""
    return not (record.exc_info and isinstance(record.exc_info[1], CoordinatorLostError))


logging.getLogger("aiokafka.producer.sender").addFilter(_is_news)


async def _last(producer: AIOKafkaProducer) -> _Transaction:
    name = producer._txn_manager.transactional_id
    node = await producer._sender._find_coordinator(CoordinationType.TRANSACTION, name)
    answer = await producer.client.send(node, _DescribeTransactions(name))
    (found,) = answer.states
    code, _, state, _, _, producer_id, epoch, *_ = found
    if code and code != _NO_SUCH_ID:
        raise for_code(code)()
    return _Transaction("" if code else state, (producer_id, epoch))


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
