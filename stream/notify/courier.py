"""Sees one alert delivered, however long the receiver is away."""

import asyncio
import logging
import time

from stream.kafka.backoff import Backoff
from stream.notify.channel import Channel, UnreachedError
from stream.notify.metrics import NotifyMetrics
from stream.notify.mutes import Mutes
from stream.notify.notification import Notification

log = logging.getLogger(__name__)

_LONGEST_WAIT_SECONDS = 60.0


class Courier:
    """Tries again and again, waiting ever longer, up to a minute.

    It waits without end for a receiver that is down or busy. One that refuses is asked again too,
    as its configuration may be changing; after `refused_seconds` of nothing but refusals the alert
    is given up with an error. An alert that the channel itself cannot send counts as refused.

    Args:
        channel: the way it goes.
        metrics: where it is counted.
        refused_seconds: how long to retry a refused alert before it is given up.
        mutes: brands of which people want to hear nothing for a while.
    """

    def __init__(
        self, channel: Channel, metrics: NotifyMetrics, refused_seconds: float, mutes: Mutes
    ) -> None:
        self._channel = channel
        self._metrics = metrics
        self._refused_seconds = refused_seconds
        self._mutes = mutes

    async def deliver(self, notification: Notification) -> None:
        """Return once the notification was taken, or given up, or its brand is muted."""
        backoff = Backoff(_LONGEST_WAIT_SECONDS)
        refused_since: float | None = None
        while True:
            if until := await self._mutes.settled(notification.alert.brand):
                self._count("muted")
                log.info("%s: not sent, muted until %s.", notification.key, until.isoformat())
                return
            try:
                await self._channel.send(notification)
            except UnreachedError as error:
                refused_since = None
                self._tell(notification, error)
                await asyncio.sleep(error.wait)
            except Exception as error:  # noqa: BLE001 - an alert no channel can take stops none
                refused_since = refused_since or time.monotonic()
                if time.monotonic() - refused_since >= self._refused_seconds:
                    self._give_up(notification, error)
                    return
                self._tell(notification, error)
            else:
                self._count("delivered")
                log.info("%s by %s: delivered.", notification.key, self._channel.name)
                return
            await backoff.wait()

    def _tell(self, notification: Notification, error: Exception) -> None:
        self._metrics.retries.labels(self._channel.name).inc()
        log.warning(
            "%s by %s: not taken (%s); it is tried again.",
            notification.key, self._channel.name, error,
        )  # fmt: skip

    def _give_up(self, notification: Notification, error: Exception) -> None:
        self._count("refused")
        log.error(
            "%s by %s: GIVEN UP, refused for %.0f s (%s): nobody was told of this alert. Look at "
            "the receiver and its settings.",
            notification.key, self._channel.name, self._refused_seconds, error,
        )  # fmt: skip

    def _count(self, outcome: str) -> None:
        self._metrics.notifications.labels(self._channel.name, outcome).inc()
