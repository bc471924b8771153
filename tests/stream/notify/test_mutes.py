"""A muted brand is silent until its time, and an alert too many is better than one too few."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import ConsumerRecord
from prometheus_client import CollectorRegistry

from sentiment.actions import BuzzAction
from sentiment.settings import Settings
from stream.notify.channel import UnreachedError
from stream.notify.courier import Courier
from stream.notify.metrics import NotifyMetrics
from stream.notify.mutes import Mutes
from stream.notify.notification import Notification
from tests.stream.notify.made_up import made_up, notification

NOW = datetime.now(UTC)


def record(value: bytes) -> ConsumerRecord:
    return ConsumerRecord("buzz.actions", 0, 0, 0, 0, None, value, 0, 0, len(value), ())


def mute(minute: int, action: str = "mute", hours: float = 1, brand: str = "acme") -> bytes:
    content = {
        "id": str(minute), "action": action, "brand": brand, "caller": "ann",
        "at": NOW + timedelta(minutes=minute), "until": NOW + timedelta(hours=hours),
    }  # fmt: skip
    return BuzzAction.model_validate(content).model_dump_json().encode()


class Read(Mutes):
    """Mutes of which the topic was read to its end."""

    def __init__(self, *values: bytes) -> None:
        super().__init__(Settings(_env_file=None))
        for value in values:
            self.take(record(value))

    async def settled(self, brand: str) -> datetime | None:
        return self.until(brand)


class Ears:
    """A channel that counts; while `away`, nobody is there."""

    name = "ears"

    def __init__(self) -> None:
        self.heard = 0
        self.away = False

    async def send(self, notification: Notification) -> None:
        if self.away:
            raise UnreachedError("nobody is there")
        self.heard += 1

    async def close(self) -> None: ...


def courier(ears: Ears, mutes: Mutes) -> tuple[Courier, NotifyMetrics]:
    metrics = NotifyMetrics(CollectorRegistry(), ["ears"])
    return Courier(ears, metrics, 1, mutes), metrics


def test_a_mute_lasts_until_its_time_or_until_it_is_ended_whatever_order_they_come_in() -> None:
    assert Read(mute(0)).until("acme") == NOW + timedelta(hours=1)
    assert Read(mute(0)).until("zeta") is None
    assert Read(mute(0, hours=-1)).until("acme") is None
    assert Read(mute(0), mute(1, "unmute")).until("acme") is None
    assert Read(mute(1), mute(0, "unmute")).until("acme") is not None
    assert Read(mute(0), b"{}", b"\xff", mute(2, "unmute", brand="zeta")).until("acme")


async def test_what_is_muted_is_not_sent_and_is_counted() -> None:
    ears = Ears()
    work, metrics = courier(ears, Read(mute(0)))
    await work.deliver(notification(made_up("acme", "open")))
    await work.deliver(notification(made_up("zeta", "open")))
    assert ears.heard == 1
    assert metrics.notifications.labels("ears", "muted")._value.get() == 1


async def test_a_mute_ends_the_tries_to_reach_a_receiver_that_is_down() -> None:
    ears, mutes = Ears(), Read()
    ears.away = True
    work, _ = courier(ears, mutes)
    trying = asyncio.create_task(work.deliver(notification(made_up("acme", "open"))))
    await asyncio.sleep(0.05)
    mutes.take(record(mute(0)))
    await asyncio.wait_for(trying, 10)
    assert ears.heard == 0


async def test_while_nothing_is_known_of_mutes_an_alert_waits_a_little_and_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("stream.notify.mutes._MOST_WAIT_SECONDS", 0.05)
    assert await Mutes(Settings(_env_file=None)).settled("acme") is None
