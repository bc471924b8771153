"""A partition taken over: in order of the alias' moves, and noticed when it cannot go on."""

import asyncio
from collections.abc import Callable

import orjson
import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions

from sentiment.registry import Pointer
from sentiment.topics import DEAD_LETTERS, SCORED, TWEETS
from stream.settings import StreamSettings
from stream.transactions.offset_metadata import write_model
from stream.transactions.outputs import Outputs
from tests.chaos.fleet import Fleet, Worker
from tests.live.conftest import page, wait_ready, wait_until
from tests.live.kafka_io import read_all, send
from tests.live.partition_writers import writers
from trainer.registry.register import Versions

pytestmark = pytest.mark.live


def leave_note(settings: StreamSettings, partition: int, pointer: Pointer) -> None:
    """What a former owner leaves that scored with `pointer`."""

    async def run() -> None:
        (owner,) = writers(settings, partition)
        await owner.open()
        assert await owner.commit(0, 0, Outputs(write_model(pointer)))
        await owner.close()

    asyncio.run(run())


def scored(settings: StreamSettings) -> dict[int, list[str]]:
    versions: dict[int, list[str]] = {}
    for record in read_all(settings, SCORED):
        versions.setdefault(record.partition, []).append(
            orjson.loads(record.value)["model_version"]
        )
    return versions


def test_a_partition_whose_former_owner_ran_a_newer_version_waits_and_health_says_so(
    settings: StreamSettings, versions: Versions, new_version: Callable[[float], str], fleet: Fleet
) -> None:
    version = new_version(0.0)
    versions.point(version)
    first = fleet.start()
    wait_ready(first)
    fleet.kill(first)
    leave_note(settings, 0, Pointer(99, "99", "newer"))
    fleet.environment |= {
        "MLFLOW_TRACKING_URI": "http://127.0.0.1:9",  # nobody listens there
        "BADBUZZ_STUCK_SECONDS": "3",
    }
    worker = fleet.start()
    wait_ready(worker)
    for partition in (0, 1):
        send(settings, TWEETS, [b'{"id": "1", "text": "good"}'], partition=partition)
    wait_until(lambda: 1 in scored(settings), 60, "the other partition is scored")
    held = f"{settings.topic(TWEETS)}[0] stands at offset 0"
    wait_until(lambda: held in page(worker, "/health")[1], 60, "the held partition is noticed")

    assert page(worker, "/health")[0] == 503
    assert page(worker, "/live")[0] == 200, "a restart would move nothing"
    assert scored(settings) == {1: [version]}


def test_a_worker_that_has_not_seen_a_move_goes_on_in_order_where_another_had(
    settings: StreamSettings, versions: Versions, new_version: Callable[[float], str], fleet: Fleet
) -> None:
    old, new = new_version(0.0), new_version(3.0)
    versions.point(old)
    fleet.environment["BADBUZZ_MODEL_POLL_SECONDS"] = "600"  # it never looks by itself
    wait_ready(fleet.start())
    send_to_all(settings)
    wait_until(lambda: len(scored(settings)) == settings.partitions, 60, "the old version scores")
    versions.point(new)
    second = fleet.start()
    wait_until(lambda: len(owned(second)) == settings.partitions // 2, 120, "it owns a half")
    theirs = owned(second)
    send_to_all(settings)
    wait_until(lambda: total(settings) == 2 * settings.partitions, 60, "both score")
    fleet.kill(second)
    send_to_all(settings)
    wait_until(lambda: total(settings) == 3 * settings.partitions, 90, "the first scores all")

    for partition, seen in scored(settings).items():
        if partition in theirs:
            assert seen == [old, new, new]
        else:
            assert seen in ([old, old, old], [old, old, new])


def send_to_all(settings: StreamSettings) -> None:
    for partition in range(settings.partitions):
        send(settings, TWEETS, [b'{"id": "1", "text": "good"}'], partition=partition)


def total(settings: StreamSettings) -> int:
    return sum(map(len, scored(settings).values()))


def owned(worker: Worker) -> set[int]:
    """The partitions that a worker says it owns."""
    status, body = page(worker, "/ready")
    names = orjson.loads(body)["partitions"] if status == 200 else []
    return {int(name.split("[")[1].rstrip("]")) for name in names}


def test_a_damaged_copy_of_a_version_is_fetched_anew(
    settings: StreamSettings, versions: Versions, new_version: Callable[[float], str], fleet: Fleet
) -> None:
    version = new_version(0.0)
    versions.point(version)
    first = fleet.start()
    wait_ready(first)
    fleet.kill(first)
    for graph in fleet.folder.glob(f"models/{settings.model_name}/*/model.onnx"):
        graph.write_bytes(b"damaged")
    wait_ready(fleet.start())
    send(settings, TWEETS, [b'{"id": "1", "text": "good"}'])
    wait_until(lambda: list(scored(settings).values()) == [[version]], 60, "it scores")


def test_partitions_of_tweets_that_were_grown_alone_wait_and_the_log_says_what_to_grow(
    settings: StreamSettings, versions: Versions, new_version: Callable[[float], str], fleet: Fleet
) -> None:
    versions.point(new_version(0.0))
    worker = fleet.start()
    wait_ready(worker)
    new = settings.partitions
    grow(settings, TWEETS, new + 1)
    send(settings, TWEETS, [b'{"id": "1", "text": "good"}'], partition=new)
    send(settings, TWEETS, [b'{"id": "2", "text": "good"}'], partition=0)
    said = f"{settings.topic(SCORED)} has {new} partitions, expected {new + 1} or more"
    wait_until(lambda: said in worker.log.read_text(), 90, "it says what to grow")
    wait_until(lambda: 0 in scored(settings), 60, "the other partitions go on")
    assert "Unrecognized partition" not in worker.log.read_text()
    assert new not in scored(settings)
    for topic in (SCORED, DEAD_LETTERS):
        grow(settings, topic, new + 1)
    wait_until(lambda: new in scored(settings), 60, "it goes on by itself")


def grow(settings: StreamSettings, topic: str, partitions: int) -> None:
    """Give a topic more partitions."""

    async def run() -> None:
        admin = AIOKafkaAdminClient(**settings.kafka_client)
        await admin.start()
        try:
            await admin.create_partitions({settings.topic(topic): NewPartitions(partitions)})
        finally:
            await admin.close()

    asyncio.run(run())
