"""Writers of one partition on the real broker: who is fenced publishes nothing, all else once."""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError, UnknownError

from infra.local.kafka import LocalKafka
from infra.local.ports import free_port
from sentiment.topics import SCORED
from stream.kafka.topics import create_topics, created_topics
from stream.settings import StreamSettings
from stream.transactions.outputs import Outputs, Record
from stream.transactions.partition_writer import PartitionWriter
from stream.transactions.recovery import TransactionRecovery
from tests.live.kafka_io import read_all
from tests.live.partition_writers import outputs, visible, writers

pytestmark = pytest.mark.live


def writer(settings: StreamSettings, timeout: float = 6.0) -> PartitionWriter:
    """Of partition 0, in transactions of its own."""
    (made,) = writers(settings, 0, timeout=timeout)
    return made


async def test_a_new_writer_goes_on_where_the_last_one_committed(settings: StreamSettings) -> None:
    first = writer(settings)
    await first.open()
    assert first.committed == 0
    assert await first.commit(0, 3, outputs(settings, b"a", b"b", metadata="n1"))
    await first.close()

    second = writer(settings)
    await second.open()

    assert (second.committed, second.metadata) == (3, "n1")
    assert await visible(settings) == [b"a", b"b"]
    await second.close()


@pytest.mark.parametrize("first", [0, 5])
async def test_a_start_without_an_offset_where_records_are_gone_is_told_once(
    settings: StreamSettings, first: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def first_offset(_: TopicPartition) -> int:
        return first

    for _ in range(2):
        only = writer(settings)
        only._first_offset = first_offset
        await only.open()
        assert only.committed == first
        await only.close()
    written = [line for line in caplog.messages if "offsets.retention.minutes" in line]
    assert len(written) == (1 if first else 0)
    assert all(only.name in line and "offset 5" in line for line in written)


async def test_a_writer_whose_partition_was_taken_over_publishes_nothing(
    settings: StreamSettings,
) -> None:
    zombie, owner = writer(settings), writer(settings)
    await zombie.open()
    await owner.open()

    assert not await zombie.commit(0, 1, outputs(settings, b"zombie"))
    assert zombie.state == "lost"
    assert await owner.commit(0, 1, outputs(settings, b"owner"))
    assert await visible(settings) == [b"owner"]
    await asyncio.gather(zombie.close(), owner.close())
    assert unheard() == []


@pytest.mark.parametrize("batch_bytes", [16_384, 300])
async def test_a_fenced_writer_of_many_batches_leaves_no_error_that_asyncio_prints(
    settings: StreamSettings, batch_bytes: int
) -> None:
    """Whether a partition gets one batch or several, of which the later ones wait."""
    (zombie,) = writers(settings, 0, max_batch_size=batch_bytes)
    owner = writer(settings)
    made = Outputs()
    for partition in range(settings.partitions):
        records = [Record(int(time.time() * 1000), None, b"x" * 200, []) for _ in range(5)]
        made.add(settings.topic(SCORED), partition, records)
    printed: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: printed.append(context["message"]))
    await zombie.open()
    await owner.open()
    assert not await zombie.commit(0, 5, made)
    await zombie.close()
    assert unheard() == []
    del zombie, made
    gc.collect()
    assert printed == []
    await owner.close()


def unheard() -> list[asyncio.Future[object]]:
    """Futures of this loop whose error nobody has read: asyncio prints a trace of each."""
    loop = asyncio.get_running_loop()
    futures = [one for one in gc.get_objects() if isinstance(one, asyncio.Future)]
    return [one for one in futures if one.get_loop() is loop and one._log_traceback]


async def test_a_zombie_whose_transaction_breaks_does_not_fence_its_successor(
    settings: StreamSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "stream.transactions.partition_writer._PEEK_SECONDS", 60.0
    )  # Kafka may be slow to tell
    zombie, owner = writer(settings), writer(settings)
    await zombie.open()
    await owner.open()
    assert await owner.commit(0, 2, outputs(settings, b"a"))
    await until_written(settings, owner.source, 2)
    zombie._producer.begin_transaction = breaking  # its time ran out while it was frozen

    assert not await zombie.commit(0, 1, outputs(settings, b"zombie"))
    assert zombie.state == "lost"
    assert await owner.commit(2, 3, outputs(settings, b"b"))
    assert await visible(settings) == [b"a", b"b"]
    await asyncio.gather(zombie.close(), owner.close())


async def until_written(settings: StreamSettings, source: TopicPartition, offset: int) -> None:
    """Returns once the group's offset is this one: Kafka answers a commit before it tells of it."""
    admin = AIOKafkaAdminClient(**settings.kafka_client)
    await admin.start()
    try:
        async with asyncio.timeout(60):
            while (  # noqa: ASYNC110 - Kafka tells nobody
                await admin.list_consumer_group_offsets(settings.group)
            )[source].offset < offset:
                await asyncio.sleep(0.05)
    finally:
        await admin.close()


async def breaking() -> None:
    raise TimeoutError


async def test_a_zombie_that_wakes_amid_its_transaction_publishes_nothing(
    settings: StreamSettings,
) -> None:
    zombie, owner = writer(settings), writer(settings)
    await zombie.open()
    asleep, wake = asyncio.Event(), asyncio.Event()

    async def sleep_before_the_commit() -> None:
        asleep.set()
        await wake.wait()
        await AIOKafkaProducer.commit_transaction(zombie._producer)

    zombie._producer.commit_transaction = sleep_before_the_commit
    committing = asyncio.create_task(zombie.commit(0, 1, outputs(settings, b"zombie")))
    await asleep.wait()
    await owner.open()
    wake.set()

    assert await owner.commit(0, 1, outputs(settings, b"owner"))
    assert not await committing
    assert await visible(settings) == [b"owner"]
    await asyncio.gather(zombie.close(), owner.close())


async def test_a_commit_whose_answer_is_lost_is_not_done_again(settings: StreamSettings) -> None:
    only = writer(settings)
    await only.open()
    break_after(only, AIOKafkaProducer.commit_transaction)

    assert await only.commit(0, 1, outputs(settings, b"once"))
    assert await only.commit(1, 2, outputs(settings, b"next"))
    assert only.aborted == 1
    assert await visible(settings) == [b"once", b"next"]
    await only.close()


async def test_a_transaction_that_breaks_before_its_commit_is_done_again(
    settings: StreamSettings,
) -> None:
    only = writer(settings)
    await only.open()
    break_after(only, None)

    assert await only.commit(0, 1, outputs(settings, b"once"))
    assert only.aborted == 1
    assert await visible(settings) == [b"once"]
    assert len(await asyncio.to_thread(read_all, settings, SCORED, "read_uncommitted")) == 2
    await only.close()


async def test_a_batch_that_does_not_follow_on_the_committed_one_is_dropped(
    settings: StreamSettings,
) -> None:
    only = writer(settings)
    await only.open()
    assert await only.commit(0, 5, outputs(settings, b"a"))
    assert not await only.commit(3, 7, outputs(settings, b"stale"))
    assert not await only.commit(9, 11, outputs(settings, b"ahead"))
    assert await only.commit(5, 6, outputs(settings, b"b"))
    assert await visible(settings) == [b"a", b"b"]
    await only.close()


@pytest.mark.parametrize("answered", [True, False])
async def test_a_batch_without_records_is_published_once_too(
    settings: StreamSettings, answered: bool
) -> None:
    only = writer(settings)
    await only.open()
    assert await only.commit(0, 1, outputs(settings, b"a", metadata="1"))
    break_after(only, AIOKafkaProducer.commit_transaction if answered else None)
    assert await only.commit(1, 1, outputs(settings, b"tick", metadata="2"))
    assert await only.commit(1, 1, outputs(settings, b"tock", metadata="3"))
    assert await visible(settings) == [b"a", b"tick", b"tock"]
    await only.close()


async def test_batches_of_several_megabytes_are_one_transaction(settings: StreamSettings) -> None:
    only = writer(settings)
    await only.open()
    values = [bytes([65 + i % 26]) * 10_000 for i in range(400)]
    assert await only.commit(0, 400, outputs(settings, *values))
    assert await visible(settings) == values
    await only.close()


async def test_a_broker_killed_under_a_transaction_loses_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    with LocalKafka(tmp_path, free_port()) as kafka:
        settings = StreamSettings(kafka_brokers=kafka.bootstrap, group="g")
        await create_topics(settings)
        await created_topics(settings)
        only = writer(settings)
        await only.open()
        assert await only.commit(0, 1, outputs(settings, b"before"))
        await asyncio.to_thread(kafka.kill)
        committing = asyncio.create_task(only.commit(1, 2, outputs(settings, b"amid")))
        await asyncio.sleep(2)
        assert not committing.done()
        await asyncio.to_thread(kafka.start)
        assert await asyncio.wait_for(committing, 60)
        assert await only.commit(2, 3, outputs(settings, b"after"))
        assert await visible(settings) == [b"before", b"amid", b"after"]
        await only.close()


async def test_what_a_killed_broker_left_undone_is_neither_doubled_nor_lost(tmp_path: Path) -> None:
    with LocalKafka(tmp_path, free_port()) as kafka:
        settings = StreamSettings(kafka_brokers=kafka.bootstrap, group="g")
        await create_topics(settings)
        await created_topics(settings)
        only = writer(settings)
        await only.open()
        for number in range(3):
            assert await only.commit(number, number + 1, outputs(settings, b"%d" % number))
            await asyncio.to_thread(kafka.kill)  # before its transaction log has been acted on
            await asyncio.to_thread(kafka.start)
            if number == 1:
                await only.close()
                only = writer(settings)
                await only.open()
            elif number == 2:
                assert only.adrift
                await only.refresh()
                assert not only.adrift
        assert await only.commit(3, 4, outputs(settings, b"3"))
        assert await visible(settings) == [b"%d" % number for number in range(4)]
        await only.close()


async def test_a_recovery_writes_the_markers_of_the_last_transaction_again(
    settings: StreamSettings,
) -> None:
    former, recovery = (
        writer(settings),
        TransactionRecovery(settings.group, [settings.topic(SCORED)]),
    )
    name = f"{settings.group}-{former.name}"
    written = []

    async def note(producer: AIOKafkaProducer, commit: bool) -> None:
        written.append(commit)

    recovery._write_markers_again = note

    async def start() -> None:
        producer = AIOKafkaProducer(**settings.kafka_client, transactional_id=name)
        await recovery.start(producer)
        await producer.stop()

    await start()
    assert written == [], "nothing was there before"
    await former.open()
    await former.commit(0, 1, outputs(settings, b"a"))
    await start()
    assert written == [True], "a committed one"
    producer = AIOKafkaProducer(**settings.kafka_client, transactional_id=name)
    await producer.start()
    await producer.begin_transaction()
    await producer.send_and_wait(settings.topic(SCORED), b"never", partition=0)
    await start()
    assert written == [True, False], "one under way, which is aborted"
    assert await visible(settings) == [b"a"]
    await asyncio.gather(former.close(), producer.stop(), return_exceptions=True)


async def test_closing_gives_up_while_kafka_is_gone(tmp_path: Path) -> None:
    with LocalKafka(tmp_path, free_port()) as kafka:
        settings = StreamSettings(kafka_brokers=kafka.bootstrap, group="g")
        await create_topics(settings)
        await created_topics(settings)
        only = writer(settings)
        await only.open()
        await asyncio.to_thread(kafka.kill)
        committing = asyncio.create_task(only.commit(0, 1, outputs(settings, b"never")))
        await asyncio.sleep(1)
        async with asyncio.timeout(15):
            await only.close()
        async with asyncio.timeout(30):
            assert not await committing


async def test_a_writer_closed_amid_its_recovery_fences_no_successor(
    settings: StreamSettings,
) -> None:
    former, owner = writer(settings, timeout=2), writer(settings)
    await former.open()
    break_after(former, None)
    discarding = asyncio.Event()

    async def hang() -> None:
        discarding.set()
        await asyncio.sleep(30)

    former._producer.stop = hang
    committing = asyncio.create_task(former.commit(0, 1, outputs(settings, b"former")))
    await discarding.wait()
    await former.close()
    await owner.open()

    assert not await committing
    assert former.state == "closed"
    assert await owner.commit(0, 1, outputs(settings, b"owner"))
    assert await visible(settings) == [b"owner"]
    await owner.close()


async def test_a_writer_closed_while_it_opens_stays_closed(settings: StreamSettings) -> None:
    only = writer(settings)

    async def close_meanwhile(_: TopicPartition) -> int:
        await only.close()
        return 0

    only._first_offset = close_meanwhile
    async with asyncio.timeout(60):
        await only.open()
    assert only.state == "closed"


def break_after(
    only: PartitionWriter, done: Callable[[AIOKafkaProducer], Awaitable[None]] | None
) -> None:
    """Makes the next commit fail, before Kafka has heard of it or after it has answered."""
    producer = only._producer

    async def commit() -> None:
        if done is None:
            raise KafkaConnectionError
        await done(producer)
        raise UnknownError

    producer.commit_transaction = commit
