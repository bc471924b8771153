"""Recovery of a transaction whose end a broker decided but did not carry out.

A broker that dies after it decided on a transaction has to write the markers into the partitions
after its restart. Kafka 4.3.1 then takes a partition that has no leader at that moment for deleted,
writes no marker there, and calls the transaction complete ("Couldn't find leader endpoint … can be
skipped", TransactionMarkerChannelManager). With one replica, each restart has such a moment. The
records and the offset of that transaction hang: they stay invisible until the next transaction of
the same producer decides for them too. A batch that is done again would then come out twice.

So a new producer first asks for the last decision, before its start makes Kafka forget it. Then it
writes the markers again, by an empty transaction with the same end, to every partition that may
have missed them. A partition that has its marker is not changed by a second one.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.client import CoordinationType
from aiokafka.errors import LeaderNotAvailableError, for_code

from stream.kafka.aiokafka_internals import (
    CoordinatorLostError,
    ask_transaction_coordinator,
    hold_coordinator,
    join_transaction,
    producer_identity,
    start_bootstrapped,
    transactional_id,
    wait_for_metadata,
)
from stream.kafka.describe_transactions import DescribeTransactions

_NO_SUCH_ID = 105
_COMMITTED = ("PrepareCommit", "CompleteCommit")
_UNDER_WAY = ("PrepareCommit", "PrepareAbort")
_NOTHING = ("", "Empty", "Dead")
_POLL_SECONDS = 0.005


class _Transaction(NamedTuple):
    """State of the last transaction of an id, empty without one, and its producer's identity."""

    state: str
    producer: tuple[int, int]


@dataclass
class TransactionRecovery:
    """The decision that is still to be carried out, kept while an owner tries to start a producer.

    Attributes:
        group: the consumer group whose offsets the transactions commit; empty if they commit none.
        topics: all topics that they write to.
        pending_decision: true to commit, false to abort, None if nothing is pending.
    """

    group: str
    topics: Sequence[str]
    pending_decision: bool | None = None
    _connection: Any = field(default=None, repr=False)
    _recovering_producer: tuple[int, int] | None = None

    @property
    def connected(self) -> bool:
        """Whether the started producer still has the coordinator that knows its transactions."""
        return self._connection is not None and self._connection.connected()

    async def start(self, producer: AIOKafkaProducer) -> None:
        """Start a transactional producer, and complete what its predecessors left open.

        From then on the producer ends when its connection to the coordinator does: after a new
        connection its next transaction would decide for what a broker left hanging.

        Raises:
            KafkaError, OSError: something did not work; a new producer may try again.
        """
        await producer.client.bootstrap()
        last = await _last(producer)
        # A recovery that broke off is no decision of its own.
        if last.state not in _NOTHING and last.producer != self._recovering_producer:
            # One that is under way counts as aborted: the start of this producer aborts it.
            self.pending_decision = last.state in _COMMITTED
        await start_bootstrapped(producer)
        self._connection = await hold_coordinator(producer)
        if self.pending_decision is not None:
            self._recovering_producer = producer_identity(producer)
            await self._write_markers_again(producer, self.pending_decision)
            self.pending_decision = self._recovering_producer = None

    async def _write_markers_again(self, producer: AIOKafkaProducer, commit: bool) -> None:
        partitions = await self._partitions(producer)
        await producer.begin_transaction()
        # The group joins without an offset: a new offset would replace the one that hangs.
        await join_transaction(producer, partitions, self.group)
        await (producer.commit_transaction() if commit else producer.abort_transaction())
        # Kafka answers before it has written the markers, and does not say when it has.
        while (await _last(producer)).state in _UNDER_WAY:  # noqa: ASYNC110
            await asyncio.sleep(_POLL_SECONDS)
        if not self.connected:  # a broker that came back may have written no markers either
            raise CoordinatorLostError

    async def _partitions(self, producer: AIOKafkaProducer) -> list[TopicPartition]:
        """All partitions that may lack a marker; each must have a leader now."""
        client = producer.client
        if self.group:
            await client.coordinator_lookup(CoordinationType.GROUP, self.group)
        partitions = [
            TopicPartition(topic, partition)
            for topic in self.topics
            for partition in await wait_for_metadata(client, topic)
        ]
        leaders = [client.cluster.leader_for_partition(partition) for partition in partitions]
        if any(leader is None or leader < 0 for leader in leaders):
            await client.force_metadata_update()
            raise LeaderNotAvailableError
        return partitions


async def _last(producer: AIOKafkaProducer) -> _Transaction:
    request = DescribeTransactions(transactional_id(producer))
    answer = await ask_transaction_coordinator(producer, request)
    (found,) = answer.states
    code, _, state, _, _, producer_id, epoch, *_ = found
    if code and code != _NO_SUCH_ID:
        raise for_code(code)()
    return _Transaction("" if code else state, (producer_id, epoch))
