"""Shared transactions on the real broker: who takes a partition over fences them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from infra.local.kafka import LocalKafka
from infra.local.ports import free_port
from stream.kafka.topics import create_topics, created_topics
from stream.settings import StreamSettings
from stream.transactions.partition_writer import PartitionWriter
from tests.live.partition_writers import outputs, visible, writers

pytestmark = pytest.mark.live


async def committed(
    settings: StreamSettings, *entries: tuple[PartitionWriter, int, bytes]
) -> list[bool]:
    """Each writer commits one record at an offset, all at the same time."""
    return await asyncio.gather(
        *(
            writer.commit(
                start,
                start + 1,
                outputs(settings, value, partition=writer.source.partition),
                may_share=True,
            )
            for writer, start, value in entries
        )
    )


async def opened(settings: StreamSettings, *partitions: int) -> list[PartitionWriter]:
    made = writers(settings, *partitions)
    await asyncio.gather(*(writer.open() for writer in made))
    return made


async def in_a_round(settings: StreamSettings) -> tuple[PartitionWriter, PartitionWriter]:
    """Writers of partitions 0 and 1, whose first round is done."""
    first, second = await opened(settings, 0, 1)
    assert await committed(settings, (first, 0, b"a0"), (second, 0, b"b0")) == [True, True]
    return first, second


def producer_of(writer: PartitionWriter) -> Any:
    """The one that its rounds have now."""
    return writer._shared._producer


async def end(*made: PartitionWriter) -> None:
    await asyncio.gather(*(writer.close() for writer in made))
    await made[0]._shared.end()


async def test_small_batches_of_two_partitions_are_one_transaction(
    settings: StreamSettings,
) -> None:
    first, second = await in_a_round(settings)
    begun = []
    begin = producer_of(first).begin_transaction

    async def begin_and_count() -> None:
        begun.append(1)
        await begin()

    producer_of(first).begin_transaction = begin_and_count
    assert await committed(settings, (first, 1, b"a1"), (second, 1, b"b1")) == [True, True]
    assert len(begun) == 1
    assert await first.commit(2, 3, outputs(settings, b"a2"))
    assert len(begun) == 1, "a large one has its own"
    assert sorted(await visible(settings)) == [b"a0", b"a1", b"a2", b"b0", b"b1"]
    await end(first, second)


async def test_the_next_owner_goes_on_behind_a_shared_transaction_and_reads_its_metadata(
    settings: StreamSettings,
) -> None:
    (former,) = await opened(settings, 0)
    assert await former.commit(0, 4, outputs(settings, b"a", metadata="n1"), may_share=True)
    await end(former)
    (owner,) = await opened(settings, 0)
    assert (owner.committed, owner.metadata) == (4, "n1")
    await end(owner)


async def test_who_takes_over_one_partition_fences_the_whole_round(
    settings: StreamSettings,
) -> None:
    first, second = await in_a_round(settings)
    asleep, wake = asyncio.Event(), asyncio.Event()

    async def sleep_before_the_commit() -> None:
        asleep.set()
        await wake.wait()
        await AIOKafkaProducer.commit_transaction(producer_of(first))

    producer_of(first).commit_transaction = sleep_before_the_commit
    zombies = asyncio.create_task(
        committed(settings, (first, 1, b"zombie"), (second, 1, b"zombie"))
    )
    await asleep.wait()
    (owner,) = await opened(settings, 1)
    wake.set()

    assert await zombies == [False, False]
    assert (first.state, second.state) == ("lost", "lost")
    (other,) = await opened(settings, 0)
    assert await committed(settings, (owner, 1, b"b1"), (other, 1, b"a1")) == [True, True]
    assert sorted(await visible(settings)) == [b"a0", b"a1", b"b0", b"b1"]
    await end(first, second)
    await end(owner)
    await end(other)


async def test_a_zombie_that_begins_a_round_after_a_takeover_publishes_nothing(
    settings: StreamSettings,
) -> None:
    first, second = await in_a_round(settings)
    (owner,) = await opened(settings, 0)
    assert await committed(settings, (first, 1, b"zombie"), (second, 1, b"zombie")) == [
        False,
        False,
    ]
    assert await committed(settings, (owner, 1, b"a1")) == [True]
    assert sorted(await visible(settings)) == [b"a0", b"a1", b"b0"]
    await end(first, second)
    await end(owner)


@pytest.mark.parametrize("answered", [True, False])
async def test_a_round_that_breaks_is_found_done_or_done_again(
    settings: StreamSettings, answered: bool
) -> None:
    first, second = await in_a_round(settings)
    broken = producer_of(first)

    async def break_off() -> None:
        if answered:
            await AIOKafkaProducer.commit_transaction(broken)
        raise TimeoutError

    broken.commit_transaction = break_off
    assert await committed(settings, (first, 1, b"a1"), (second, 1, b"b1")) == [True, True]
    assert (first.aborted, second.aborted) == (1, 1)
    assert await committed(settings, (first, 2, b"a2"), (second, 2, b"b2")) == [True, True]
    assert producer_of(first) is not broken
    assert await committed(settings, (first, 3, b"a3"), (second, 3, b"b3")) == [True, True]
    assert producer_of(first) is not None, "there are rounds again"
    values = [b"%s%d" % (name, number) for name in (b"a", b"b") for number in range(4)]
    assert sorted(await visible(settings)) == values
    await end(first, second)


async def test_what_a_killed_broker_left_undone_of_rounds_is_neither_doubled_nor_lost(
    tmp_path: Path,
) -> None:
    with LocalKafka(tmp_path, free_port()) as kafka:
        settings = StreamSettings(kafka_brokers=kafka.bootstrap, group="g")
        await create_topics(settings)
        await created_topics(settings)
        first, second = await in_a_round(settings)

        async def commit(number: int) -> None:
            entries = (first, number, b"a%d" % number), (second, number, b"b%d" % number)
            assert await committed(settings, *entries) == [True, True]

        for number in (1, 3, 5):
            await commit(number)
            await commit(number + 1)
            assert producer_of(first).client is not None, "the last one was a round"
            await asyncio.to_thread(kafka.kill)  # before its transaction log has been acted on
            await asyncio.to_thread(kafka.start)
            if number == 1:
                await end(first, second)
                first, second = await opened(settings, 0, 1)
            elif number == 3:
                assert first.adrift
                await asyncio.gather(first.refresh(), second.refresh())
                assert not first.adrift
        await commit(7)
        values = [b"%s%d" % (name, number) for name in (b"a", b"b") for number in range(8)]
        assert sorted(await visible(settings)) == values
        await end(first, second)
