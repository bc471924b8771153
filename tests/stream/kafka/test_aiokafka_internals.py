"""Every name of aiokafka and Faust beyond their documented API, without a broker.

A new version that renames one, or changes its parameters, fails here instead of in production.
"""

import ast
import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.consumer.fetcher import Fetcher, FetchError, FetchResult
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.consumer.subscription_state import Assignment, SubscriptionState
from aiokafka.producer.message_accumulator import MessageAccumulator, MessageBatch
from aiokafka.producer.sender import Sender
from aiokafka.producer.transaction_manager import TransactionManager
from faust.transport.consumer import ThreadDelegateConsumer
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Producer, Transport

from stream.kafka.aiokafka_internals import (
    ConsumerInternals,
    CoordinatorLostError,
    cancel_sender,
    retrieve_errors,
    retrieve_failures,
    silence_expected_errors,
    transactional_id,
)
from tests.syntax import parse

SOURCE = TopicPartition("tweets", 0)


@pytest.fixture
async def consumer() -> AsyncIterator[AIOKafkaConsumer]:
    """A real consumer with its real fetcher, which never connects."""
    made = AIOKafkaConsumer(bootstrap_servers="127.0.0.1:1", enable_auto_commit=False)
    made._fetcher = Fetcher(made._client, made._subscription)
    yield made
    await made._fetcher.close()


@pytest.fixture
async def producer() -> AIOKafkaProducer:
    """A real transactional producer, not started."""
    return AIOKafkaProducer(bootstrap_servers="127.0.0.1:1", transactional_id="an id")


def parameters(function: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(function).parameters)


def write_settings(internals: ConsumerInternals) -> None:
    internals.set_prefetch_backoff(0.25)
    internals.set_fetch_wait(11, 22)


@pytest.mark.parametrize("name", ["_prefetch_backoff", "_fetch_max_wait_ms", "_fetch_min_bytes"])
async def test_each_setting_that_is_written_is_there_before(
    consumer: AIOKafkaConsumer, name: str
) -> None:
    assert isinstance(getattr(consumer._fetcher, name), int | float)
    delattr(consumer._fetcher, name)
    with pytest.raises(AttributeError, match=f"Fetcher has no {name} any more"):
        write_settings(ConsumerInternals(consumer))


async def test_settings_that_are_written_are_those_that_aiokafka_reads(
    consumer: AIOKafkaConsumer,
) -> None:
    write_settings(ConsumerInternals(consumer))
    fetcher = consumer._fetcher
    assert (fetcher._prefetch_backoff, fetcher._fetch_max_wait_ms, fetcher._fetch_min_bytes) == (
        0.25,
        11,
        22,
    )
    source = inspect.getsource(Fetcher)
    for name in ("_prefetch_backoff", "_fetch_max_wait_ms", "_fetch_min_bytes"):
        assert source.count(f"self.{name}") > 1, f"{name} is read, not only set"


async def test_a_fetch_plan_is_a_list_of_requests_and_other_things(
    consumer: AIOKafkaConsumer,
) -> None:
    assert parameters(Fetcher._get_actions_per_node) == ["self", "assignment"]
    requests, *others = consumer._fetcher._get_actions_per_node(Assignment({SOURCE}))
    assert requests == []
    assert len(others) == 4
    internals = ConsumerInternals(consumer)
    internals.pause_fetches_while(lambda: True)
    assert len(consumer._fetcher._get_actions_per_node(Assignment({SOURCE}))) == 5
    assert "self._get_actions_per_node(assignment)" in inspect.getsource(Fetcher)


async def test_resumed_fetches_wake_the_fetcher(consumer: AIOKafkaConsumer) -> None:
    waiter = asyncio.get_running_loop().create_future()
    consumer._fetcher._wait_consume_future = waiter
    ConsumerInternals(consumer).resume_fetches()
    assert waiter.done()


async def test_the_state_of_the_assignment_is_readable(consumer: AIOKafkaConsumer) -> None:
    consumer.assign([SOURCE])
    internals = ConsumerInternals(consumer)
    assert isinstance(internals.assignment, Assignment)
    assert internals.rebalancing is False
    with internals.fetching():
        assert consumer._subscription._fetch_count == 1
    consumer.seek(SOURCE, 5)
    state = internals.assignment.state_value(SOURCE)
    assert (state.has_valid_position, state.position) == (True, 5)
    assert isinstance(SubscriptionState.reassignment_in_progress, property)


async def test_answers_are_results_or_errors_and_waiters_end(consumer: AIOKafkaConsumer) -> None:
    internals = ConsumerInternals(consumer)
    assert consumer._fetcher._records == {}
    assert internals.answered == []
    assert parameters(FetchResult.getall) == ["self", "max_records"]
    assert parameters(FetchResult.has_more) == ["self"]
    assert not hasattr(FetchError, "getall")
    assert parameters(FetchError.check_raise) == ["self"]
    waiter = internals.next_answer()
    consumer._fetcher._fetch_waiters.remove(waiter)
    assert not waiter.done()


async def test_the_coordinator_can_be_asked_for_errors_and_a_rebalance(
    consumer: AIOKafkaConsumer,
) -> None:
    assert parameters(GroupCoordinator.request_rejoin) == ["self"]
    assert parameters(GroupCoordinator.check_errors) == ["self"]
    asked = []
    consumer._coordinator = SimpleNamespace(
        check_errors=lambda: None, request_rejoin=lambda: asked.append(True)
    )
    internals = ConsumerInternals(consumer)
    internals.check()
    internals.request_rejoin()
    assert asked == [True]
    assert (consumer._closed, consumer._fetcher._closed) == (False, False)
    consumer._coordinator = None


def test_clients_wait_for_metadata_and_dial_by_group() -> None:
    assert parameters(AIOKafkaClient._wait_on_metadata) == ["self", "topic"]
    assert parameters(AIOKafkaClient._get_conn)[:3] == ["self", "node_id", "group"]
    assert inspect.signature(AIOKafkaClient._get_conn).parameters["group"].kind is (
        inspect.Parameter.KEYWORD_ONLY
    )


def test_a_sender_finds_and_forgets_coordinators() -> None:
    assert parameters(Sender._find_coordinator) == ["self", "coordinator_type", "coordinator_key"]
    assert parameters(Sender._coordinator_dead) == ["self", "coordinator_type"]
    assert parameters(Sender._do_add_offsets_to_txn) == ["self", "group_id"]
    assert parameters(Sender.start) == ["self"]
    assert parameters(TransactionManager.maybe_add_partition_to_txn) == ["self", "tp"]


async def test_a_producer_has_an_identity_coordinators_and_a_sender_task(
    producer: AIOKafkaProducer,
) -> None:
    assert transactional_id(producer) == "an id"
    assert (producer._txn_manager.producer_id, producer._txn_manager.producer_epoch) == (-1, -1)
    assert producer._sender._coordinators == {}
    assert producer._sender.sender_task is None
    cancel_sender(producer)
    assert isinstance(producer._message_accumulator, MessageAccumulator)
    await producer.client.close()


async def test_errors_that_nobody_waits_for_are_retrieved(producer: AIOKafkaProducer) -> None:
    loop = asyncio.get_running_loop()
    failed, drained = loop.create_future(), loop.create_future()
    for future in (failed, drained):
        future.set_exception(OSError("seen"))
    assert producer._txn_manager._transaction_waiter is None
    producer._txn_manager._transaction_waiter = failed
    assert "self._drain_waiter =" in inspect.getsource(MessageBatch)
    batch = SimpleNamespace(_drain_waiter=drained)
    producer._message_accumulator._batches[SOURCE].append(batch)
    retrieve_errors(producer)
    assert not failed._log_traceback
    assert not drained._log_traceback
    producer._message_accumulator._batches.clear()
    await producer.client.close()


async def test_errors_of_a_sender_that_fails_are_retrieved(producer: AIOKafkaProducer) -> None:
    """Those of a batch that waits for its turn, as aiokafka sets them."""
    accumulator = producer._message_accumulator
    batch = MessageBatch(SOURCE, producer.create_batch(), 1, 0)
    accumulator._batches[SOURCE].append(batch)
    retrieve_failures(producer)
    assert "self._message_accumulator.fail_all(" in inspect.getsource(Sender._fail_all)
    accumulator.fail_all(OSError("fenced"))
    assert not batch._drain_waiter._log_traceback
    assert isinstance(batch.future.exception(), OSError)
    assert isinstance(accumulator._exception, OSError)
    accumulator._batches.clear()
    await producer.client.close()


def test_only_errors_that_are_meant_to_happen_are_silenced() -> None:
    logger = logging.getLogger("aiokafka.producer.sender")
    before = list(logger.filters)
    silence_expected_errors()
    silence_expected_errors()
    try:
        assert len(logger.filters) == len(before) + 1
        (added,) = [one for one in logger.filters if one not in before]
        assert not added(_record(CoordinatorLostError()))  # type: ignore[operator]
        assert added(_record(ValueError()))  # type: ignore[operator]
    finally:
        logger.filters[:] = before


def _record(error: Exception) -> logging.LogRecord:
    return logging.LogRecord("x", logging.ERROR, "", 0, "", None, (type(error), error, None))


@pytest.mark.parametrize(
    ("owner", "name", "expected"),
    [
        (Consumer, "_new_consumer_thread", ["self"]),
        (Consumer, "_get_active_partitions", ["self"]),
        (Consumer, "_new_topicpartition", ["self", "topic", "partition"]),
        (Consumer, "perform_seek", ["self"]),
        (Consumer, "getmany", ["self", "timeout"]),
        (AIOKafkaConsumerThread, "_create_worker_consumer", ["self", "transport"]),
        (AIOKafkaConsumerThread, "_create_consumer", ["self", "loop"]),
        (AIOKafkaConsumerThread, "_ensure_consumer", ["self"]),
        (Producer, "flush", ["self"]),
    ],
)
def test_faust_calls_and_offers_what_is_replaced_and_used(
    owner: type, name: str, expected: list[str]
) -> None:
    assert parameters(getattr(owner, name)) == expected


def test_faust_keeps_its_consumer_in_a_thread_and_its_classes_in_the_transport() -> None:
    assert "self._thread = self._new_consumer_thread()" in inspect.getsource(ThreadDelegateConsumer)
    source = inspect.getsource(AIOKafkaConsumerThread)
    assert "self._consumer" in source
    assert "self._assignor" in source
    assert Transport.Consumer is Consumer
    assert Transport.Producer is Producer


ROOT = Path(__file__).parents[3] / "stream"
NAMED_TUPLES = ("_replace", "_asdict", "_fields", "_make")
"""Public, whatever they look like: Python's documentation says so."""
DOOR = ROOT / "kafka" / "aiokafka_internals.py"


def private_reads(source: str) -> list[str]:
    """Names with a leading underscore that are read of anything but `self` and `cls`."""
    return [
        ast.unparse(node)
        for node in ast.walk(parse(source))
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and node.attr not in NAMED_TUPLES
        and not node.attr.startswith("__")
        and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"))
    ]


def test_one_file_reads_private_names_of_other_objects() -> None:
    found = {
        str(path.relative_to(ROOT)): names
        for path in sorted(ROOT.rglob("*.py"))
        if path != DOOR and (names := private_reads(path.read_text("utf-8")))
    }
    assert found == {}
    assert len(private_reads(DOOR.read_text("utf-8"))) > 20
    assert private_reads("consumer._fetcher.x + self._y") == ["consumer._fetcher"]
