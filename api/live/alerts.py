"""The alerts that are open now, and those that closed a short while ago."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sentiment.alerts import BuzzAlert

_CLOSED_FOR = timedelta(hours=1)
_OPEN_FOR = timedelta(hours=24)
_MOST = 50


class Alerts:
    """The last state of each alert, by id."""

    def __init__(self) -> None:
        self._alerts: dict[str, tuple[datetime, BuzzAlert]] = {}
        self._changed = False

    def add(self, value: bytes, at_ms: int) -> None:
        """A record of `buzz.alerts`: the newest one of an id is its state.

        Raises:
            ValidationError: it is no alert.
        """
        alert = BuzzAlert.model_validate_json(value)
        self._alerts[alert.id] = (datetime.fromtimestamp(at_ms / 1_000, UTC), alert)
        self._changed = True

    def take_changed(self) -> bool:
        """Whether the alerts changed since the last call."""
        if self._forget(datetime.now(UTC)):
            self._changed = True
        changed, self._changed = self._changed, False
        return changed

    def current(self) -> list[dict[str, Any]]:
        """The newest alerts, the last changed first."""
        ordered = sorted(self._alerts.values(), key=lambda entry: entry[0], reverse=True)
        return [alert.model_dump(mode="json") for _, alert in ordered[:_MOST]]

    def _forget(self, now: datetime) -> bool:
        old = [
            name
            for name, (at, alert) in self._alerts.items()
            if now - at > (_CLOSED_FOR if alert.state == "closed" else _OPEN_FOR)
        ]
        for name in old:
            del self._alerts[name]
        return bool(old)
