"""The one place that touches aiokafka beyond its documented API.

aiokafka has no public way to hold back a fetch, to read an answer together with the position after
it, or to keep a producer on one connection. Every private name that `stream` relies on stands in
this file, and `tests/stream/kafka/test_aiokafka_internals.py` checks each of them without a broker,
so that a new version of aiokafka cannot change one unnoticed.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.errors import ConsumerStoppedError
from aiokafka.protocol.api import Request

Positioned = tuple[int, int, list[ConsumerRecord]]
"""The consumer's position before some records, its position after them, and the records."""


class CoordinatorLostError(OSError):
    """The connection to the transaction coordinator is gone; a new producer has to recover."""


class ConsumerInternals:
    """The parts of a started `AIOKafkaConsumer` that its documented API does not reach.

    Call all methods in the consumer's event loop.
    """

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._fetcher = consumer._fetcher
        self._subscriptions = consumer._fetcher._subscriptions

    def set_prefetch_backoff(self, seconds: float) -> None:
        """How long to wait between two fetches while some partitions are not read yet."""
        _set(self._fetcher, "_prefetch_backoff", seconds)

    def set_fetch_wait(self, milliseconds: int, min_bytes: int) -> None:
        """How long, and for how many bytes, Kafka may hold an answer back."""
        _set(self._fetcher, "_fetch_max_wait_ms", milliseconds)
        _set(self._fetcher, "_fetch_min_bytes", min_bytes)

    def pause_fetches_while(self, condition: Callable[[], bool]) -> None:
        """Send no fetch request while `condition()`; `resume_fetches` makes aiokafka look again."""
        plan = self._fetcher._get_actions_per_node

        def actions(assignment: Any) -> tuple[Any, ...]:
            fetches, *others = plan(assignment)
            return ([] if condition() else fetches, *others)

        self._fetcher._get_actions_per_node = actions

    def resume_fetches(self) -> None:
        """Let aiokafka plan its fetch requests again, at once."""
        self._fetcher._notify(self._fetcher._wait_consume_future)

    def request_rejoin(self) -> None:
        """Ask the consumer group for a rebalance."""
        self._consumer._coordinator.request_rejoin()

    def check(self) -> None:
        """Raise what broke in the background.

        Raises:
            KafkaError: the group's coordinator refused this consumer, for example its rights.
            ConsumerStoppedError: the consumer was stopped.
        """
        self._consumer._coordinator.check_errors()
        if self._consumer._closed or self._fetcher._closed:
            raise ConsumerStoppedError

    def fetching(self) -> AbstractContextManager[None]:
        """Tells aiokafka that records are being waited for, as its own `getmany` does."""
        context: AbstractContextManager[None] = self._subscriptions.fetch_context()
        return context

    @property
    def rebalancing(self) -> bool:
        """Whether the assignment is about to change."""
        return bool(self._subscriptions.reassignment_in_progress)

    @property
    def assignment(self) -> object | None:
        """An object that is another one after each rebalance; None without partitions."""
        assignment: object | None = self._subscriptions.subscription.assignment
        return assignment

    @property
    def answered(self) -> list[TopicPartition]:
        """The partitions for which an answer of Kafka's waits to be read."""
        return list(self._fetcher._records)

    def read(self, source: TopicPartition, most: int) -> Positioned | None:
        """The next records of a partition's answer, as aiokafka's `Fetcher.fetched_records`.

        That one reports no bare moves of the position. Transaction markers cause them: without
        them the committed offset never reaches the end of a transactional topic.

        Returns:
            None where nothing came and the position did not move.

        Raises:
            KafkaError: Kafka's answer for the partition was an error.
        """
        result = self._fetcher._records[source]
        if not hasattr(result, "getall"):  # an error instead of records
            self._finish(source)
            result.check_raise()
            return None
        state = self._subscriptions.subscription.assignment.state_value(source)
        start = state.position if state is not None and state.has_valid_position else None
        records: list[ConsumerRecord] = result.getall(most)
        if not result.has_more():
            self._finish(source)
        if start is None or state.position == start:
            return None
        return start, state.position, records

    def next_answer(self) -> asyncio.Future[None]:
        """Done as soon as Kafka answers."""
        waiter: asyncio.Future[None] = self._fetcher._create_fetch_waiter()
        return waiter

    def _finish(self, source: TopicPartition) -> None:
        del self._fetcher._records[source]
        self.resume_fetches()


def _set(owner: object, name: str, value: object) -> None:
    """Set an attribute that must exist: a renamed one would be set without any effect."""
    if not hasattr(owner, name):
        raise AttributeError(f"aiokafka's {type(owner).__name__} has no {name} any more")
    setattr(owner, name, value)


async def wait_for_metadata(client: AIOKafkaConsumer | AIOKafkaClient, topic: str) -> set[int]:
    """The partition numbers of a topic, once the brokers know it."""
    client = getattr(client, "_client", client)
    partitions: set[int] = await client._wait_on_metadata(topic)
    return partitions


def transactional_id(producer: AIOKafkaProducer) -> str:
    """The `transactional.id` that a producer was made with."""
    name: str = producer._txn_manager.transactional_id
    return name


def producer_identity(producer: AIOKafkaProducer) -> tuple[int, int]:
    """Producer id and epoch that Kafka gave to a started producer."""
    return producer._txn_manager.producer_id, producer._txn_manager.producer_epoch


async def start_bootstrapped(producer: AIOKafkaProducer) -> None:
    """`producer.start()` for a producer whose client is connected already."""
    retrieve_failures(producer)
    await producer._sender.start()


async def ask_transaction_coordinator(producer: AIOKafkaProducer, request: Request[Any]) -> Any:
    """Send a request to the coordinator of the producer's transactions."""
    node = await producer._sender._find_coordinator(
        CoordinationType.TRANSACTION, transactional_id(producer)
    )
    return await producer.client.send(node, request)


async def join_transaction(
    producer: AIOKafkaProducer, partitions: Iterable[TopicPartition], group: str
) -> None:
    """Add partitions, and a group without any offset, to the transaction under way."""
    for partition in partitions:
        producer._txn_manager.maybe_add_partition_to_txn(partition)
    while group and not await producer._sender._do_add_offsets_to_txn(group):
        continue


async def hold_coordinator(producer: AIOKafkaProducer) -> Any:
    """Let a producer end with its present connection to its transaction coordinator.

    Returns:
        that connection; `connected()` tells whether it still stands.

    Raises:
        CoordinatorLostError: there is none any more.
    """
    client, sender = producer.client, producer._sender
    node = sender._coordinators.get(CoordinationType.TRANSACTION)
    dial, forget = client._get_conn, sender._coordinator_dead
    kept = await dial(node, group=ConnectionGroup.COORDINATION) if node is not None else None
    if kept is None:
        raise CoordinatorLostError

    async def get_conn(node_id: int, **options: Any) -> Any:
        if options.get("group") == ConnectionGroup.COORDINATION and node_id == node:
            if not kept.connected():
                raise CoordinatorLostError
            return kept
        return await dial(node_id, **options)

    def coordinator_dead(kind: CoordinationType) -> None:
        if kind is CoordinationType.TRANSACTION:
            raise CoordinatorLostError
        forget(kind)

    client._get_conn, sender._coordinator_dead = get_conn, coordinator_dead
    return kept


def cancel_sender(producer: AIOKafkaProducer) -> None:
    """Stop the task that sends a producer's records, without waiting for it."""
    task = producer._sender.sender_task
    if task is not None:
        task.cancel()


def retrieve_errors(producer: AIOKafkaProducer) -> None:
    """Mark a producer's errors as seen; otherwise asyncio prints each of them once more."""
    waiters = [producer._txn_manager._transaction_waiter]
    for batches in producer._message_accumulator._batches.values():
        waiters += [batch._drain_waiter for batch in batches]
    for waiter in waiters:
        if waiter is not None and waiter.done():
            retrieve_error(waiter)


def retrieve_failures(producer: AIOKafkaProducer) -> None:
    """Mark the errors of a producer's batches as seen whenever its sender fails.

    It fails all batches at once, those too that nobody waits for any more. Who waits for a batch
    gets its error all the same.
    """
    accumulator = producer._message_accumulator
    fail_all = accumulator.fail_all

    def fail_all_seen(exception: BaseException) -> None:
        fail_all(exception)
        retrieve_errors(producer)

    accumulator.fail_all = fail_all_seen


def retrieve_error(future: asyncio.Future[Any]) -> None:
    """Mark the error of a future as seen."""
    if not future.cancelled():
        future.exception()


def silence_expected_errors() -> None:
    """Keep aiokafka from printing a trace of each `CoordinatorLostError`. Call it once, at start.

    aiokafka's sender prints all errors that it did not raise itself; this one is meant to happen.
    """
    logger = logging.getLogger("aiokafka.producer.sender")
    if _is_unexpected not in logger.filters:
        logger.addFilter(_is_unexpected)


def _is_unexpected(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], CoordinatorLostError))
