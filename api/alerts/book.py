"""All alerts that the API keeps, by id, and the brands that are muted."""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from aiokafka import ConsumerRecord

from api.alerts.entry import Entry, Mute
from api.alerts.views import AlertView
from api.metrics import Metrics
from api.plain import require_plain
from api.reader import Reader, Start
from api.settings import ApiSettings
from sentiment.actions import BuzzAction
from sentiment.alerts import BuzzAlert
from sentiment.topics import ACTIONS, ALERTS

log = logging.getLogger(__name__)

_DAY_SECONDS = 86_400.0
_OPEN_SHOWN_SECONDS = _DAY_SECONDS
_CLOSED_SHOWN_SECONDS = 3_600.0
_SHOWN = 50
_LOOK_SECONDS = 1.0
_RECORDS_OF_ALERT = 8
"""Records that an alert has on average at most: so many are read back at the start."""


class AlertBook:
    """What `buzz.alerts` and `buzz.actions` say, read back at the start and followed since.

    Args:
        settings: how many alerts are kept, and for how long.
        metrics: count records.
        clock: seconds since 1970.
    """

    def __init__(
        self, settings: ApiSettings, metrics: Metrics, clock: Callable[[], float] = time.time
    ) -> None:
        self._clock = clock
        self._most = settings.api_alerts
        self._seconds = settings.alert_days * _DAY_SECONDS
        self._most_bytes = settings.api_live_record_bytes
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._mutes: OrderedDict[str, Mute] = OrderedDict()
        self._ordered: list[Entry] | None = None
        self._changed = False
        self._looked_at = float("-inf")
        self._last_shown: tuple[set[int], set[str]] | None = None
        self._takes = {settings.topic(ALERTS): self._alerted, settings.topic(ACTIONS): self._acted}
        start = Start(self._most * _RECORDS_OF_ALERT, self._seconds)
        starts = dict.fromkeys(self._takes, start)
        self.reader = Reader(settings, starts, self.read, metrics.live_records)

    def read(self, record: ConsumerRecord) -> None:
        """A record of one of the topics.

        Raises:
            ValueError: it is too large, or not what belongs there.
        """
        if len(record.value) > self._most_bytes:
            raise ValueError(f"expected at most {self._most_bytes} bytes")
        self._takes[record.topic](record)

    def act(self, action: BuzzAction) -> None:
        """A person did something. The same action may come twice."""
        if action.action in ("mute", "unmute"):
            self._mute(action)
        if action.alert is not None:
            entry = self._entries.setdefault(action.alert, Entry())
            if entry.alert is None:
                entry.changed_at = min(self._clock(), action.at.timestamp())
            self._changed |= entry.act(action)
            self._bound()

    def ordered(self) -> list[Entry]:
        """All alerts, the last opened first."""
        self._forget()
        if self._ordered is None:
            known = (entry for entry in self._entries.values() if entry.alert is not None)
            self._ordered = sorted(known, key=_place, reverse=True)
        return self._ordered

    def find(self, alert: str) -> AlertView | None:
        """An alert by its id; None: none is kept."""
        entry = self._entries.get(alert)
        return None if entry is None or entry.alert is None else self.view(entry)

    def view(self, entry: Entry) -> AlertView:
        """An alert as the API answers it."""
        brand = entry.alert.brand if entry.alert else ""
        return entry.view(self.muted_until(brand))

    def muted_until(self, brand: str) -> datetime | None:
        """Until when nothing about a brand is sent; None: all is."""
        mute = self._mutes.get(brand)
        return mute.active(datetime.fromtimestamp(self._clock(), UTC)) if mute else None

    def take_changed(self) -> bool:
        """Whether what `current` gives changed since the last call."""
        changed, self._changed = self._changed, False
        if self._clock() - self._looked_at < _LOOK_SECONDS:
            return changed
        self._looked_at = self._clock()
        return self._differs() or changed

    def current(self) -> list[dict[str, Any]]:
        """The alerts that are open, and those closed a short while ago, the last changed first."""
        shown = sorted(self._shown(), key=lambda entry: entry.changed_at, reverse=True)
        return [self.view(entry).model_dump(mode="json") for entry in shown[:_SHOWN]]

    def _alerted(self, record: ConsumerRecord) -> None:
        alert = BuzzAlert.model_validate_json(record.value)
        require_plain(alert.model_dump(mode="json"))
        at = min(record.timestamp / 1_000, self._clock())
        entry = self._entries.setdefault(alert.id, Entry())
        entry.take(alert, at)
        self._ordered, self._changed = None, True
        self._bound()

    def _acted(self, record: ConsumerRecord) -> None:
        self.act(BuzzAction.model_validate_json(record.value))

    def _mute(self, action: BuzzAction) -> None:
        known = self._mutes.get(action.brand)
        if known is not None and known.at > action.at:
            return
        until = action.until if action.action == "mute" else None
        self._mutes[action.brand] = Mute(until, action.at)
        self._mutes.move_to_end(action.brand)
        self._changed = True
        while len(self._mutes) > self._most:
            self._mutes.popitem(last=False)

    def _shown(self) -> list[Entry]:
        now = self._clock()
        return [
            entry
            for entry in self.ordered()
            if now - entry.changed_at
            <= (_OPEN_SHOWN_SECONDS if entry.is_open else _CLOSED_SHOWN_SECONDS)
        ]

    def _differs(self) -> bool:
        """Whether time alone changed what is shown: a closed alert left, a mute ended."""
        shown = {id(entry) for entry in self._shown()}
        muted = {brand for brand in self._mutes if self.muted_until(brand)}
        before, self._last_shown = self._last_shown, (shown, muted)
        return before is not None and before != self._last_shown

    def _bound(self) -> None:
        """Of more than are kept, those go first that hold no alert, then closed ones, by age."""
        if len(self._entries) > self._most:
            oldest = min(self._entries, key=lambda name: _worth(self._entries[name]))
            del self._entries[oldest]
            self._ordered = None

    def _forget(self) -> None:
        oldest = self._clock() - self._seconds
        gone = [name for name, entry in self._entries.items() if entry.changed_at < oldest]
        for name in gone:
            del self._entries[name]
            self._ordered = None


def _place(entry: Entry) -> tuple[datetime, str]:
    assert entry.alert is not None  # noqa: S101 - those without were left out
    return entry.alert.opened_at, entry.alert.id


def _worth(entry: Entry) -> tuple[bool, bool, float]:
    return entry.alert is not None, entry.is_open, entry.changed_at
