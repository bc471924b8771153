"""The buzz agent on a real broker: what fails amid a burst changes neither counts nor alerts."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from infra.local.kafka import LocalKafka
from infra.local.ports import free_port
from sentiment.topics import MENTIONS, TWEETS
from stream.settings import StreamSettings
from tests.chaos.fleet import Fleet, Worker
from tests.live.burst import alerts, assert_as_undisturbed, is_closed, story
from tests.live.conftest import page, wait_ready, wait_until
from tests.live.kafka_io import lag, read_all, send
from trainer.registry.register import Versions

pytestmark = pytest.mark.live


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[LocalKafka]:
    """A broker of the test's own, which it may kill."""
    with LocalKafka(tmp_path / "kafka", free_port()) as broker:
        yield broker


def test_a_kill_a_zombie_and_a_dead_broker_amid_a_burst_change_neither_counts_nor_alerts(
    settings: StreamSettings,
    versions: Versions,
    new_version: Callable[[float], str],
    fleet: Fleet,
    kafka: LocalKafka,
) -> None:
    versions.point(new_version(0.0))
    fleet.environment["BADBUZZ_BATCH_RECORDS"] = "250"
    # Faults last long on a busy machine: meanwhile the clock must close no minute of the next wave.
    fleet.environment["BADBUZZ_IDLE_PARTITION_SECONDS"] = "20"
    workers = [fleet.start(), fleet.start()]
    for worker in workers:
        wait_ready(worker)
    quiet, *waves = story()
    come_through(settings, quiet)

    killed = the_owner(settings, fleet)
    begin(settings, waves[0])
    fleet.kill(killed)
    wait_ready(fleet.start())
    wait_counted(settings)

    zombie = the_owner(settings, fleet)
    begin(settings, waves[1])
    fleet.freeze(zombie)
    assert the_owner(settings, fleet) is not zombie
    wait_counted(settings)
    fleet.wake(zombie)

    begin(settings, waves[2])
    kafka.kill()
    time.sleep(2)
    kafka.start()
    wait_counted(settings)
    owner = the_owner(settings, fleet)
    wait_until(lambda: shown(settings) in page(owner, "/metrics")[1], 120, "its owner shows it")
    wait_until(lambda: is_closed(settings), 120, "no other partition of tweets is waited for")
    fleet.check()
    fleet.stop()

    tweets = len(quiet) + sum(map(len, waves))
    assert len(read_all(settings, MENTIONS)) == tweets
    opened = [alert for alert in alerts(settings) if alert.kind == "negative"]
    assert opened[0].state == "open"
    assert "tarmac" in " ".join(word.word for word in opened[0].words[:3])
    assert_as_undisturbed(settings)


def shown(settings: StreamSettings) -> str:
    """What a worker's metrics say of the brand's alert; its state moves on with the clock."""
    told = [alert for alert in alerts(settings) if alert.kind == "negative"]
    if not told:
        return "no alert yet"
    still_open = float(told[-1].state != "closed")
    return f'badbuzz_buzz_alerts_open{{brand="acme",kind="negative"}} {still_open}'


def come_through(settings: StreamSettings, tweets: list[bytes]) -> None:
    """Send tweets of the brand and wait until they are counted."""
    send(settings, TWEETS, tweets, key=b"acme")
    wait_counted(settings)


def wait_counted(settings: StreamSettings) -> None:
    """Returns once nothing waits to be scored or counted."""
    wait_until(lambda: lag(settings, TWEETS) + lag(settings, MENTIONS) == 0, 90, "all is counted")


def begin(settings: StreamSettings, tweets: list[bytes]) -> None:
    """Send tweets of the brand, and return once some of them are mentions and others not yet."""
    before = len(read_all(settings, MENTIONS))
    send(settings, TWEETS, tweets, key=b"acme")
    wait_until(lambda: len(read_all(settings, MENTIONS)) > before, 60, "the first are scored")


def the_owner(settings: StreamSettings, fleet: Fleet) -> Worker:
    """The worker that counts the brand's mentions, once there is one that is not frozen."""
    partition = read_all(settings, MENTIONS)[0].partition
    name = f"{settings.topic(MENTIONS)}[{partition}]"

    def owners() -> list[Worker]:
        found = []
        for worker in fleet.workers:
            status, body = (0, "") if worker.frozen else page(worker, "/ready")
            if status == 200 and name in orjson.loads(body)["partitions"]:
                found.append(worker)
        return found

    wait_until(lambda: len(owners()) == 1, 60, f"{name} has an owner")
    return owners()[0]
