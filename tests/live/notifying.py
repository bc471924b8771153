"""Processes of `badbuzz notify` on the topics of a test, and the alerts they are to send."""

import asyncio
import urllib.request
from contextlib import suppress
from pathlib import Path

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from infra.local.ports import free_port
from sentiment.alerts import BuzzAlert
from sentiment.topics import ALERTS
from stream.kafka.lag import group_lag
from stream.settings import StreamSettings
from tests.chaos.fleet import Fleet, Worker, badbuzz_command
from tests.live.conftest import wait_until
from tests.stream.notify.made_up import notification


class Notifying:
    """Processes of `badbuzz notify` on the topics of a test."""

    def __init__(self, settings: StreamSettings, folder: Path, **environment: str) -> None:
        self.settings = settings
        self.port = free_port()
        self.fleet = Fleet(
            [*badbuzz_command()[:-1], "notify"],
            {
                "KAFKA_BROKERS": settings.kafka_brokers,
                "BADBUZZ_TOPIC_PREFIX": settings.topic_prefix,
                "BADBUZZ_GROUP": settings.group,
                "BADBUZZ_NOTIFY_PORT": str(self.port),
                "BADBUZZ_LOG_LEVEL": "DEBUG",
                **environment,
            },
            folder,
        )

    def start(self, *channels: str) -> Worker:
        """Start one more; returns once it shows its metrics and each channel's group has begun."""
        worker = self.fleet.start()
        wait_until(self._is_up, 120, "its page of metrics is there")
        for channel in channels:
            wait_until(lambda name=channel: self.has_begun(name), 120, worker.log.read_text())
        return worker

    def group(self, channel: str) -> str:
        return f"{self.settings.group}-notify-{channel}"

    def has_begun(self, channel: str) -> bool:
        self.fleet.check()
        with suppress(KafkaError):  # a fresh broker has no coordinator yet
            return asyncio.run(self._committed(channel)) == self.settings.partitions
        return False

    def lag(self, channel: str) -> int:
        topic = self.settings.topic(ALERTS)
        return sum(asyncio.run(group_lag(self.settings, self.group(channel), topic)).values())

    def metric(self, name: str, **labels: str) -> float:
        series = name + "{" + ",".join(f'{key}="{value}"' for key, value in labels.items()) + "}"
        lines = (self._page() or "").splitlines()
        return next(float(line.split()[-1]) for line in lines if line.startswith(series))

    def _is_up(self) -> bool:
        """After a restart the groups have begun long since, and say nothing of this process."""
        self.fleet.check()
        return self._page() is not None

    def _page(self) -> str | None:
        """The metrics; None while nothing listens."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as page:
                return str(page.read().decode())
        except OSError:
            return None

    async def _committed(self, channel: str) -> int:
        admin = AIOKafkaAdminClient(**self.settings.kafka_client)
        await admin.start()
        try:
            return len(await admin.list_consumer_group_offsets(self.group(channel)))
        finally:
            await admin.close()


def publish(settings: StreamSettings, *values: BuzzAlert | bytes) -> None:
    """Puts alerts on the topic in a transaction, as the worker does."""

    async def run() -> None:
        producer = AIOKafkaProducer(**settings.kafka_client, transactional_id=settings.group)
        await producer.start()
        try:
            async with producer.transaction():
                for value in values:
                    body = value if isinstance(value, bytes) else notification(value).body
                    key = b"none" if isinstance(value, bytes) else value.brand.encode()
                    await producer.send(settings.topic(ALERTS), body, key=key)
        finally:
            await producer.stop()

    asyncio.run(run())
