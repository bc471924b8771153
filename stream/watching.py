"""What becomes of a batch of mentions: counts, alerts, and the state of each brand.

No broker and no event loop in here. What is remembered of a partition belongs to the writer that
owned it when it was read back: a batch of a former owner changes nothing of the new one's.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple
from urllib.parse import quote

from aiokafka import ConsumerRecord
from pydantic import ValidationError

from sentiment.alerts import BuzzAlert
from sentiment.errors import BadMessageError
from sentiment.messages import Mention
from sentiment.topics import ALERTS, DEAD_LETTER_ROOM, DEAD_LETTERS, MINUTES
from stream.batch import Batch, Outputs, Record, partition_of
from stream.buzz.brand import PARTS, BrandState, dump_part, load_brand, new_brand
from stream.buzz.detector import Detector, Sighting
from stream.buzz.duplicates import text_digest
from stream.buzz.watermark import Watermark
from stream.deadletters import dead_letter, reason_of
from stream.metrics import StreamMetrics
from stream.settings import StreamSettings

_MINUTE_MS = 60_000
_WATERMARK = b"\nwatermark"
_validate = Mention.__pydantic_validator__.validate_json

Seen = tuple[str, Sighting]


@dataclass
class Memory:
    """What is known of the brands of one partition. `load` takes records of `brand.minutes`."""

    detector: Detector
    watermark: Watermark
    brands: dict[str, BrandState] = field(default_factory=dict)

    def state(self, brand: str) -> BrandState:
        """A brand's state; a brand that is new has an empty one."""
        if brand not in self.brands:
            self.brands[brand] = new_brand(brand, self.detector.options)
        return self.brands[brand]

    def load(self, records: Iterable[tuple[bytes, bytes]]) -> None:
        """Restore what a former owner wrote: the last value of each key counts."""
        parts: dict[str, dict[str, bytes]] = defaultdict(dict)
        for key, value in dict(records).items():
            if key == _WATERMARK:
                self.watermark.minute = int(value)
                continue
            brand, _, part = key.decode().rpartition("\n")
            parts[brand][part] = value
        options = self.detector.options
        self.brands = {b: load_brand(b, found, options) for b, found in parts.items()}

    def changes(self) -> list[tuple[bytes, bytes]]:
        """Key and value of all that changed since the last call."""
        records = []
        for brand, state in self.brands.items():
            records += [
                (f"{brand}\n{part}".encode(), dump_part(state, part))
                for part in PARTS
                if part in state.changed
            ]
            state.changed.clear()
        if records:
            records.append((_WATERMARK, str(self.watermark.minute).encode()))
        return records


@dataclass(frozen=True)
class Watching:
    """What every batch of mentions needs.

    Attributes:
        alert_partitions: number of partitions of `buzz.alerts`.
        tell: called with each alert once it is committed.
        show: called with each brand whose minutes were closed, likewise.
    """

    settings: StreamSettings
    metrics: StreamMetrics
    alert_partitions: int
    tell: Callable[[BuzzAlert], None]
    show: Callable[[BrandState], None]


class Counted(NamedTuple):
    """What a batch came to.

    Attributes:
        changes: key and value of what is to be remembered.
        closed: the brands whose minutes were closed.
    """

    batch: Batch
    alerts: list[BuzzAlert]
    rejects: list[ConsumerRecord]
    changes: list[tuple[bytes, bytes]]
    closed: list[BrandState]


class WatchBatch:
    """The work on one batch of mentions, or on a tick of the clock: a batch without records.

    Args:
        clock: of a tick, the minute since 1970 up to which there is nothing more to come. Without
            it, a batch without records is one of transaction markers, which tell no time.
    """

    def __init__(self, watching: Watching, memory: Memory, clock: int | None = None) -> None:
        self._watching = watching
        self._memory = memory
        self._clock = clock

    @property
    def model(self) -> "WatchBatch":
        """Nobody else's: each batch is counted for itself."""
        return self

    def run(self, batches: Sequence[Batch]) -> list[Outputs]:
        """What each batch publishes. To be called for one batch after the other, in order."""
        return [self.publish(self.count(batch)) for batch in batches]

    def count(self, batch: Batch) -> Counted:
        """Parse, count, close the minutes that are complete, and take down what changed."""
        seen, rejects = self._read(batch)
        memory = self._memory
        alerts: list[BuzzAlert] = []
        if self._clock is not None:
            alerts += self._close(memory.watermark.tick(self._clock))
        elif batch.records:
            now = max(record.timestamp for record in batch.records) // _MINUTE_MS
            minutes = [sighting.minute for _, sighting in seen]
            for part, watermark in memory.watermark.runs(minutes, now):
                self._count(seen[part], now)
                alerts += self._close(watermark)
        closed = [state for state in memory.brands.values() if "closed" in state.changed]
        return Counted(batch, alerts, rejects, memory.changes(), closed)

    def publish(self, counted: Counted) -> Outputs:
        """Alerts, and what changed of each brand."""
        batch = counted.batch
        settings, now = self._watching.settings, int(time.time() * 1000)
        outputs = Outputs("" if batch.records else f"tick {time.time_ns()}")
        state = [Record(now, key, value, []) for key, value in counted.changes]
        if state:
            outputs.add(settings.topic(MINUTES), batch.partition, state)
        for alert in counted.alerts:
            key = alert.brand.encode()
            partition = partition_of(key, self._watching.alert_partitions)
            value = alert.model_dump_json().encode()
            outputs.add(settings.topic(ALERTS), partition, [Record(now, key, value, [])])
        self._bury(outputs, batch, counted.rejects)
        outputs.after += [partial(self._watching.tell, alert) for alert in counted.alerts]
        outputs.after += [partial(self._watching.show, state) for state in counted.closed]
        return outputs

    def isolate(self, batch: Batch) -> Outputs:
        """Counting has no guilty message: the state would be half changed. It is read back."""
        raise RuntimeError(f"the brands of partition {batch.partition} are read back")

    def _read(self, batch: Batch) -> tuple[list[Seen], list[ConsumerRecord]]:
        now = int(time.time() * 1000)
        seen: list[Seen] = []
        rejects = []
        for record in batch.records:
            try:
                seen.append(_sighting(record, now))
            except (ValidationError, TypeError):
                rejects.append(record)
        return seen, rejects

    def _count(self, seen: list[Seen], now: int) -> None:
        by_brand: dict[str, list[Sighting]] = defaultdict(list)
        for brand, sighting in seen:
            by_brand[brand].append(sighting)
        for brand, sightings in by_brand.items():
            self._memory.detector.update(self._memory.state(brand), sightings, now)

    def _close(self, watermark: int) -> list[BuzzAlert]:
        close = self._memory.detector.close_minutes
        page = self._watching.settings.page_url
        return [
            alert.model_copy(update={"url": f"{page}/?brand={quote(alert.brand, safe='')}"})
            for state in self._memory.brands.values()
            for alert in close(state, watermark)
        ]

    def _bury(self, outputs: Outputs, batch: Batch, rejects: list[ConsumerRecord]) -> None:
        settings = self._watching.settings
        limit = settings.max_message_bytes + DEAD_LETTER_ROOM
        error = BadMessageError("type", "expected a mention as badbuzz writes it")
        letters = [dead_letter(record, "read", error, limit) for record in rejects]
        if letters:
            outputs.add(settings.topic(DEAD_LETTERS), batch.partition, letters)
            counter = self._watching.metrics.dead_letters.labels(reason_of(error))
            outputs.counts.append((counter, len(letters)))


def _sighting(record: ConsumerRecord, now_ms: int) -> Seen:
    mention: Mention = _validate(record.value)
    # A stamp of the future is no later than its record, and a record no later than the clock.
    stamp = min(mention.event_time.timestamp() * 1000, record.timestamp, now_ms)
    sighting = Sighting(
        int(stamp // _MINUTE_MS),
        mention.p_negative,
        mention.model_version,
        text_digest(mention.text),
        mention.text,
        mention.id,
    )
    return mention.brand, sighting
