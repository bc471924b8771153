"""All metrics of `badbuzz notify`."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge

OUTCOMES = ("delivered", "refused", "unreadable", "muted")


class NotifyMetrics:
    """What became of alerts, by channel. Known label sets start at 0.

    Args:
        registry: of the process, or of a test.
        channels: names of those that run.
    """

    def __init__(self, registry: CollectorRegistry, channels: Iterable[str]) -> None:
        self.notifications = Counter(
            "badbuzz_notifications_total",
            "Alerts done with, by what became of them: `refused` ones reached nobody.",
            ["channel", "outcome"],
            registry=registry,
        )
        self.retries = Counter(
            "badbuzz_notification_retries_total",
            "Tries to send an alert that failed.",
            ["channel"],
            registry=registry,
        )
        self.waiting = Gauge(
            "badbuzz_notification_waiting_seconds",
            "Age of the oldest alert that is being sent; 0: none is.",
            ["channel"],
            registry=registry,
        )
        for channel in channels:
            self.retries.labels(channel)
            self.waiting.labels(channel)
            for outcome in OUTCOMES:
                self.notifications.labels(channel, outcome)
