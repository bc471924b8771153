"""From the topic of alerts to one channel: an offset is committed once its alert is done with."""

import asyncio
import logging
import time
from collections.abc import Collection

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from sentiment.kafka_records import TolerantConsumer
from sentiment.topics import ALERTS
from stream.kafka.backoff import Backoff
from stream.notify.beginning import begin_at_end
from stream.notify.channel import Channel
from stream.notify.courier import Courier
from stream.notify.metrics import NotifyMetrics
from stream.notify.mutes import Mutes
from stream.notify.notification import read_notification
from stream.notify.settings import NotifySettings

log = logging.getLogger(__name__)

_POLL_MS = 500


class Notifier(ConsumerRebalanceListener):
    """Sends alerts to a channel, each at least once, and those of one brand in order.

    Each channel has a consumer group of its own, so that one that is down holds up nothing but
    itself. A group begins with the alerts that come after its first start. Partitions are worked
    on side by side; one whose alert waits is not read further meanwhile, the group's membership
    is kept.

    Args:
        settings: of the process.
        channel: where alerts go.
        metrics: of the process.
        mutes: of the process.
    """

    def __init__(
        self, settings: NotifySettings, channel: Channel, metrics: NotifyMetrics, mutes: Mutes
    ) -> None:
        self._settings = settings
        self._channel = channel
        self._metrics = metrics
        self._courier = Courier(channel, metrics, settings.notify_refused_seconds, mutes)
        self._consumer: AIOKafkaConsumer
        self._working: dict[TopicPartition, asyncio.Task[None]] = {}
        self._oldest: dict[TopicPartition, float] = {}

    @property
    def group(self) -> str:
        """The consumer group."""
        return f"{self._settings.group}-notify-{self._channel.name}"

    async def run(self) -> None:
        """Work until cancelled; Kafka's faults are waited out."""
        backoff = Backoff()
        try:
            while True:
                try:
                    await self._read()
                except (KafkaError, OSError) as error:
                    log.warning("%s: alerts are not read now (%r); tried again.", self.group, error)
                    await backoff.wait()
        finally:
            await self._channel.close()

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Their new owner sends what is not committed."""
        await self._drop()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """They are read from what was committed."""

    async def _read(self) -> None:
        topic = self._settings.topic(ALERTS)
        await begin_at_end(self._settings, self.group, topic)
        self._consumer = TolerantConsumer(
            **self._settings.kafka_client,
            group_id=self.group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
        )
        self._consumer.subscribe([topic], listener=self)
        try:
            await self._consumer.start()
            while True:
                found = await self._consumer.getmany(timeout_ms=_POLL_MS)
                for place, records in found.items():
                    self._consumer.pause(place)
                    self._working[place] = asyncio.create_task(self._work(place, records))
                self._look()
        finally:
            await self._drop()
            await asyncio.shield(self._consumer.stop())

    async def _work(self, place: TopicPartition, records: list[ConsumerRecord]) -> None:
        """See the records of a partition done with, one after another."""
        after = await self._consumer.position(place)
        for record in records:
            self._oldest[place] = record.timestamp / 1000
            await self._deliver(record)
            done = after if record is records[-1] else record.offset + 1
            await self._consumer.commit({place: done})
        self._oldest.pop(place, None)
        self._consumer.resume(place)

    async def _deliver(self, record: ConsumerRecord) -> None:
        notification = read_notification(record.value)
        if notification is None:
            self._metrics.notifications.labels(self._channel.name, "unreadable").inc()
            log.error(
                "%s[%d] offset %d: no alert; left out.",
                record.topic, record.partition, record.offset,
            )  # fmt: skip
        elif notification.alert.kind in self._settings.notify_kinds:
            await self._courier.deliver(notification)

    def _look(self) -> None:
        """Raise what a partition's work raised; show how long alerts wait."""
        for place, task in list(self._working.items()):
            if task.done():
                del self._working[place]
                task.result()
        since = min(self._oldest.values(), default=None)
        waiting = 0.0 if since is None else max(time.time() - since, 0.0)
        self._metrics.waiting.labels(self._channel.name).set(waiting)

    async def _drop(self) -> None:
        tasks, self._working = list(self._working.values()), {}
        self._oldest.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
