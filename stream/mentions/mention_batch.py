"""Turns a batch of mentions into counts, alerts and the changed state of each brand.

Needs no broker and no event loop. The states of a partition belong to the writer that owned it when
they were restored: a batch of a former owner changes nothing of the new one's.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple
from urllib.parse import quote

from aiokafka import ConsumerRecord

from sentiment.alerts import BuzzAlert
from sentiment.brands.past import is_past
from sentiment.errors import BadMessageError
from sentiment.hours import BrandHour
from sentiment.kafka_records import UnreadableRecord
from sentiment.late_mentions import write_late
from sentiment.topics import ALERTS, DEAD_LETTER_ROOM, DEAD_LETTERS, HOURS, MINUTES
from stream.batches.batch import Batch
from stream.buzz.brand import BrandState, dump_part
from stream.buzz.detector import Sighting
from stream.buzz.watermark import MINUTE_MS
from stream.dlq.dead_letter import dead_letter
from stream.learning.record import read_past
from stream.mentions.brand_metrics import BrandView
from stream.mentions.brand_states import BrandStates
from stream.mentions.seen import Seen, read_mention
from stream.metrics import StreamMetrics
from stream.settings import StreamSettings
from stream.transactions.outputs import Outputs, Record, partition_of

Reject = tuple[ConsumerRecord, BadMessageError]

_FEW_STEPS = 32
"""So many open minutes of a brand are never too large for a record."""
_NO_MENTION = "expected a mention as badbuzz writes it"


@dataclass(frozen=True)
class MentionContext:
    """What every batch of mentions needs.

    Attributes:
        partitions: number of partitions by full name of the topic.
        view: what to show of a brand whose minutes were closed; called in the batch's thread.
        show: called in the event loop with each view once it is committed.
        alert: called in the event loop with each alert once it is committed.
        forget: called in the event loop with each brand that left memory.
        configured: the configured brands.
    """

    settings: StreamSettings
    metrics: StreamMetrics
    partitions: Mapping[str, int]
    view: Callable[[BrandState], BrandView | None]
    show: Callable[[BrandView], None]
    alert: Callable[[BuzzAlert], None]
    forget: Callable[[str], None]
    configured: Callable[[], Collection[str]] = tuple


class Counted(NamedTuple):
    """The result of a batch.

    Attributes:
        changes: key and value of the records for `brand.minutes`.
        views: what to show of the brands whose minutes were closed.
        gone: brands that left memory.
        late: late mentions by class of brand.
        late_ever: all of the partition, since its first mention.
        hours: of brands, that ended.
        pasts: for each past that came, whether it was taken.
    """

    batch: Batch
    alerts: list[BuzzAlert]
    rejects: list[Reject]
    changes: list[tuple[bytes, bytes]]
    views: list[BrandView]
    gone: list[str]
    late: Counter[str]
    hours: list[BrandHour]
    pasts: list[bool]
    late_ever: int


class MentionBatch:
    """Processes one batch of mentions, or a tick of the clock: a batch without records.

    Args:
        clock: of a tick, the time up to which all tweets are scored, in milliseconds since 1970.
            Without it, a batch without records holds transaction markers, which have no time.
    """

    def __init__(
        self, context: MentionContext, states: BrandStates, clock: int | None = None
    ) -> None:
        self._context = context
        self._states = states
        self._late: Counter[str] = Counter()
        self._clock = clock

    @property
    def model(self) -> "MentionBatch":
        """No other task has the same: each batch is counted by itself."""
        return self

    def run(self, batches: Sequence[Batch]) -> list[Outputs]:
        """What each batch publishes. Call it for one batch after the other, in order."""
        return [self.publish(self.count(batch)) for batch in batches]

    def count(self, batch: Batch) -> Counted:
        """Parse, count, close the minutes that are complete, and collect what changed."""
        seen, pasts, rejects = self._read(batch)
        states = self._states
        taken = [states.learn(past) for past in pasts]
        alerts: list[BuzzAlert] = []
        if self._clock is not None:
            alerts += self._close(states.watermark.tick(self._clock))
        elif batch.records:
            now = max(record.timestamp for record in batch.records) // MINUTE_MS
            marks = [mark for *_, mark in seen]
            closed_to = states.watermark.minute
            for part, watermark in states.watermark.runs(marks):
                alerts += self._count(seen[part], now, closed_to)
                alerts += self._close(watermark)
                closed_to = watermark
            alerts += self._close_surplus()
        closed = [state for state in states.held if "closed" in state.changed]
        late, self._late = self._late, Counter()
        states.watermark.late += late.total()
        views = [view for state in closed if (view := self._context.view(state)) is not None]
        hours = _take_hours(closed)
        whole = self._clock is not None and states.rests(batch.start)
        changes = states.changes(batch.start, batch.end, whole=whole)
        gone = states.gone()
        late_ever = states.watermark.late
        return Counted(batch, alerts, rejects, changes, views, gone, late, hours, taken, late_ever)

    def publish(self, counted: Counted) -> Outputs:
        """Alerts, and what changed of each brand."""
        batch = counted.batch
        settings, now = self._context.settings, int(time.time() * 1000)
        tick = None if batch.records else time.time_ns()
        outputs = Outputs(write_late(counted.late_ever, tick))
        state = [Record(now, key, value, []) for key, value in counted.changes]
        if state:
            outputs.add(settings.topic(MINUTES), batch.partition, state)
        for topic, tidings in ((ALERTS, counted.alerts), (HOURS, counted.hours)):
            for one in tidings:
                key = one.brand.encode()
                partition = partition_of(key, self._context.partitions[settings.topic(topic)])
                value = one.model_dump_json().encode()
                outputs.add(settings.topic(topic), partition, [Record(now, key, value, [])])
        self._bury(outputs, batch, counted.rejects)
        for brands, amount in counted.late.items():
            outputs.counts.append((self._context.metrics.buzz.late.labels(brands), amount))
        for taken in counted.pasts:
            outcome = "taken" if taken else "known"
            outputs.counts.append((self._context.metrics.buzz.pasts.labels(outcome), 1))
        outputs.after += [partial(self._context.alert, alert) for alert in counted.alerts]
        outputs.after += [partial(self._context.show, view) for view in counted.views]
        outputs.after += [partial(self._context.forget, brand) for brand in counted.gone]
        return outputs

    def isolate(self, batch: Batch) -> Outputs:
        """Fail: the state may be half changed, so the partition is restored from its topic."""
        raise RuntimeError(f"the brands of partition {batch.partition} have to be restored")

    def _read(self, batch: Batch) -> tuple[list[Seen], list[BrandState], list[Reject]]:
        now = int(time.time() * 1000)
        seen: list[Seen] = []
        pasts: list[BrandState] = []
        rejects: list[Reject] = []
        for record in batch.records:
            try:
                if isinstance(record, UnreadableRecord):
                    raise BadMessageError("unreadable", record.reason)
                if is_past(record):
                    minute = min(record.timestamp, now) // MINUTE_MS
                    pasts.append(read_past(record, self._states.detector, minute))
                else:
                    seen.append(read_mention(record, now))
            except BadMessageError as error:
                error.__traceback__ = None  # it would hold the batch in memory
                rejects.append((record, error))
            except Exception:  # noqa: BLE001 - no record may stop those behind it
                rejects.append((record, BadMessageError("type", _NO_MENTION)))
        return seen, pasts, rejects

    def _count(self, seen: list[Seen], now: int, closed_to: int) -> list[BuzzAlert]:
        """Count mentions; returns the alerts of brands that were idle: their minutes are closed up
        to where those of the others are."""
        by_brand: dict[str, list[Sighting]] = defaultdict(list)
        for brand, sighting, _ in seen:
            by_brand[brand].append(sighting)
        alerts: list[BuzzAlert] = []
        for brand, sightings in by_brand.items():
            state, was_idle = self._states.state(brand)
            if was_idle:
                alerts += self._close_brand(state, closed_to)
            before = state.open.late
            self._states.detector.update(state, sightings, now)
            if state.open.late > before:
                kind = "configured" if brand in self._context.configured() else "other"
                self._late[kind] += state.open.late - before
        return alerts

    def _close(self, watermark: int) -> list[BuzzAlert]:
        return [
            alert for state in self._states.held for alert in self._close_brand(state, watermark)
        ]

    def _close_surplus(self) -> list[BuzzAlert]:
        """Close the earliest minutes of brands with more open ones than one record may hold."""
        most = self._context.settings.max_message_bytes * 3 // 4
        alerts: list[BuzzAlert] = []
        for state in self._states.held:
            steps = state.open.steps
            while len(steps) > _FEW_STEPS and (size := len(dump_part(state, "open"))) > most:
                kept = max(len(steps) * most // (2 * size), 1)
                end = sorted(steps)[-kept]
                alerts += self._close_brand(state, end * self._states.detector.options.step_minutes)
        return alerts

    def _close_brand(self, state: BrandState, watermark: int) -> list[BuzzAlert]:
        page = f"{self._context.settings.page_url}/brands/{quote(state.brand, safe='')}"
        return [
            alert.model_copy(update={"url": f"{page}?alert={alert.id}"})
            for alert in self._states.detector.close_minutes(state, watermark)
        ]

    def _bury(self, outputs: Outputs, batch: Batch, rejects: list[Reject]) -> None:
        settings = self._context.settings
        limit = settings.max_message_bytes + DEAD_LETTER_ROOM
        letters = [dead_letter(record, "read", error, limit) for record, error in rejects]
        if letters:
            outputs.add(settings.topic(DEAD_LETTERS), batch.partition, letters)
        for reason, amount in Counter(error.reason for _, error in rejects).items():
            outputs.counts.append((self._context.metrics.dead_letters.labels(reason), amount))


def _take_hours(states: Sequence[BrandState]) -> list[BrandHour]:
    found = [hour for state in states for hour in state.hours]
    for state in states:
        state.hours.clear()
    return found
