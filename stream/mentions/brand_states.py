"""The states of the brands of one partition: as many as a setting says in memory, all others idle.

Restored from `brand.minutes` at a takeover. A record there that cannot be read is skipped and
counted; it never keeps a partition from being taken over.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator

from sentiment.kafka_records import UnreadableRecord
from stream.buzz.brand import PARTS, BrandState, dump_part, load_brand, new_brand
from stream.buzz.detector import Detector
from stream.buzz.options import HOUR
from stream.buzz.watermark import Watermark
from stream.kafka.changelog import Changelog
from stream.learning.learn import known_minutes
from stream.mentions.brand_store import BrandStore

log = logging.getLogger(__name__)

WATERMARK = b"\nwatermark"
_STORED = sorted(PARTS, key=lambda part: part == "digests")
"""`digests` last: `open` must keep the digests that the topic does not have yet."""


class BrandStates:
    """What is known of the brands of one partition.

    Args:
        detector: makes, closes and reads the states.
        watermark: of the partition.
        store: keeps idle brands.
        most: brands in memory; more only while each of them has an open alert.
        unreadable: called for each record or state that cannot be read.
    """

    def __init__(
        self,
        detector: Detector,
        watermark: Watermark,
        store: BrandStore,
        most: int,
        unreadable: Callable[[], None] = lambda: None,
    ) -> None:
        self.detector = detector
        self.watermark = watermark
        self._store = store
        self._most = most
        self._unreadable = unreadable
        self._held: OrderedDict[str, BrandState] = OrderedDict()
        self._gone: list[str] = []

    @property
    def held(self) -> list[BrandState]:
        """The brands in memory, the one mentioned longest ago first."""
        return list(self._held.values())

    def state(self, brand: str) -> tuple[BrandState, bool]:
        """A brand's state; an empty one if it is unknown.

        Returns:
            the state, and whether it was idle until now: then its minutes are not closed yet.
        """
        if brand in self._held:
            self._held.move_to_end(brand)
            return self._held[brand], False
        parts = self._store.take(brand)
        state = self._loaded(brand, parts) if parts else None
        if state is None:
            self._held[brand] = new_brand(brand, self.detector.options)
            return self._held[brand], False
        self._held[brand] = state
        return state, True

    def learn(self, past: BrandState) -> bool:
        """Take what was learned of a brand's past, unless more is known of the brand already.

        Returns:
            whether it was taken. It replaces what was learned from the brand's mentions so far.
        """
        step, options = self.detector.options.step_minutes, self.detector.options
        state, _ = self.state(past.brand)
        known = known_minutes(state, step)
        if known >= options.warmup_hours * HOUR or known >= known_minutes(past, step):
            return False
        past.changed.update(PARTS)
        self._held[past.brand] = past
        return True

    async def restore(self, changelog: Changelog) -> None:
        """Read what a former owner wrote; the last value of each key counts.

        Raises:
            KafkaError: Kafka does not answer.
        """
        async for records in changelog:
            self._store.put(self._parts(records))
        for brand in self._store.newest(self._most):
            self.state(brand)

    def changes(self) -> list[tuple[bytes, bytes]]:
        """Key and value of all that changed since the last call. Idle brands leave memory."""
        records = []
        for brand, state in self._held.items():
            if not state.changed:
                continue
            records += [
                (f"{brand}\n{part}".encode(), dump_part(state, part))
                for part in PARTS
                if part in state.changed
            ]
            state.changed.clear()
        if records:
            records.append((WATERMARK, self.watermark.dump()))
        self._let_idle_go()
        return records

    def gone(self) -> list[str]:
        """The brands that left memory since the last call."""
        gone, self._gone = self._gone, []
        return gone

    def close(self) -> None:
        """Forget all: the partition has another owner."""
        self._held.clear()
        self._store.close()

    def _let_idle_go(self) -> None:
        surplus = len(self._held) - self._most
        if surplus <= 0:
            return
        calm = (state for state in self._held.values() if not _has_alert(state))
        idle = [state for state, _ in zip(calm, range(surplus), strict=False)]
        self._store.put(
            (state.brand, part, dump_part(state, part)) for state in idle for part in _STORED
        )
        for state in idle:
            del self._held[state.brand]
            self._gone.append(state.brand)

    def _parts(
        self, records: Iterable[tuple[bytes | None, bytes | None] | UnreadableRecord]
    ) -> Iterator[tuple[str, str, bytes | None]]:
        for record in records:
            if isinstance(record, UnreadableRecord):
                self._skip(record.key, record.reason)
                continue
            key, value = record
            try:
                if key == WATERMARK:
                    self.watermark.load(value or b"")
                    continue
                brand, _, part = (key or b"").decode().rpartition("\n")
                if part not in PARTS:
                    raise ValueError(f"expected one of {', '.join(PARTS)}, got {part[:40]!r}")
            except ValueError as error:
                self._skip(key, str(error))
                continue
            yield brand, part, value

    def _loaded(self, brand: str, parts: dict[str, bytes]) -> BrandState | None:
        """A state, without those of its parts that cannot be read."""
        options = self.detector.options
        try:
            return load_brand(brand, parts, options)
        except Exception:  # noqa: BLE001 - part by part, to find the one that cannot be read
            readable = {part: value for part, value in parts.items() if self._reads(part, value)}
        try:
            return load_brand(brand, readable, options)
        except Exception as error:  # noqa: BLE001 - parts that do not fit each other
            self._skip(brand.encode(errors="replace"), repr(error))
            return None

    def _reads(self, part: str, value: bytes) -> bool:
        try:
            load_brand("", {part: value}, self.detector.options)
        except Exception as error:  # noqa: BLE001 - whatever stands there
            self._skip(part.encode(), repr(error))
            return False
        return True

    def _skip(self, key: bytes | None, why: str) -> None:
        self._unreadable()
        log.error("Skipped a record of brand.minutes with the key %.80r: %.200s", key, why)


def _has_alert(state: BrandState) -> bool:
    return any(alarm.is_open for alarm in state.closed.alarms.values())
