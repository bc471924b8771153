"""The states of the brands of one partition: as many as a setting says in memory, all others idle.

Restored from `brand.minutes` at a takeover.

What only counts mentions is not written with each batch. It waits until a minute is closed, as the
mentions are kept by Kafka and can be counted again from the offset that stands beside the states,
like the checkpoints of Flink.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress

import orjson

from stream.buzz.brand import PARTS, BrandState, dump_part, new_brand
from stream.buzz.detector import Detector, Sighting
from stream.buzz.options import HOUR
from stream.buzz.watermark import Watermark
from stream.kafka.changelog import Changelog
from stream.learning.learn import known_minutes
from stream.mentions.brand_store import BrandStore
from stream.mentions.room import Room
from stream.mentions.stored import UNWRITTEN, WATERMARK, Stored

_MOST_UNWRITTEN = 50_000
"""Offsets that a brand may wait to be written: they are counted again within a second."""


class BrandStates:
    """What is known of the brands of one partition.

    Args:
        detector: makes, closes and reads the states.
        watermark: of the partition.
        store: keeps idle brands.
        room: for brands in memory; more only while each of them has an open alert.
        unreadable: called for each record or state that cannot be read.
    """

    def __init__(
        self,
        detector: Detector,
        watermark: Watermark,
        store: BrandStore,
        room: Room,
        unreadable: Callable[[], None] = lambda: None,
    ) -> None:
        self.detector = detector
        self.watermark = watermark
        self._store = store
        self._room = room
        self._stored = Stored(detector.options, watermark, unreadable)
        self._held: OrderedDict[str, BrandState] = OrderedDict()
        self._gone: list[str] = []
        self._unwritten: dict[str, int] = {}  # the batch that each brand waits since, in order
        self._rests_at = -1
        self._behind: set[str] = set()  # restored, and not closed up to the watermark since

    @property
    def held(self) -> list[BrandState]:
        """The brands in memory, the one mentioned longest ago first."""
        return list(self._held.values())

    def state(self, brand: str) -> tuple[BrandState, bool]:
        """A brand's state; an empty one if it is unknown.

        Returns:
            the state, and whether it was idle until now: then its minutes are not closed yet.
        """
        state, was_idle = self._find(brand)
        if brand in self._behind:
            self._behind.remove(brand)
            was_idle = True
        return state, was_idle

    def _find(self, brand: str) -> tuple[BrandState, bool]:
        if brand in self._held:
            self._held.move_to_end(brand)
            return self._held[brand], False
        parts = self._store.take(brand)
        state = self._stored.brand(brand, parts) if parts else None
        self._held[brand] = state or new_brand(brand, self.detector.options)
        self._room.take()
        return self._held[brand], state is not None

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
            self._store.put(self._stored.parts(records))
        for brand in self._store.newest(self._room.share):
            self._find(brand)
            self._behind.add(brand)

    @property
    def missing(self) -> tuple[int, int]:
        """From which offset to which mentions have to be counted again after `restore`."""
        return self._stored.missing

    def counted(self, brand: str) -> int:
        """The offset up to which a brand's mentions are counted in what was restored of it.

        0: not known, or beyond those of the topic, which was deleted and made again then.
        """
        found = 0
        if brand in self._held:
            found = self._held[brand].open.counted
        else:
            with suppress(ValueError, TypeError, KeyError):  # unreadable: `state` says so
                found = int(orjson.loads(self._store.part(brand, "open") or b"{}")["counted"])
        return found if found <= self.missing[1] else 0

    def count_again(self, brand: str, sightings: Sequence[Sighting], now: int) -> None:
        """Count mentions that a former owner had counted, and not written."""
        state, _ = self._find(brand)
        self.detector.update(state, sightings, now)
        self._behind.add(brand)
        self._unwritten.setdefault(brand, self.missing[0])

    def rests(self, offset: int) -> bool:
        """Whether no mention came since it was asked last; `offset` is of the next one."""
        before, self._rests_at = self._rests_at, offset
        return offset == before

    def changes(self, start: int, end: int, *, whole: bool = False) -> list[tuple[bytes, bytes]]:
        """Key and value of what a batch has to write. Idle brands leave memory.

        Args:
            start: the offset at which the batch began.
            end: the offset after it.
            whole: whether to write what could wait, too.
        """
        for brand, state in self._held.items():
            if state.pending:
                self._unwritten.setdefault(brand, start)
        idle = self._surplus()
        for state in idle:
            if state.open.fresh or state.open.fresh_keys:
                state.write_digests()  # they come back with the digests, and must not come twice
        due = {state.brand for state in idle}
        for brand, since in self._unwritten.items():
            if not whole and since > end - _MOST_UNWRITTEN:
                break
            due.add(brand)
        records = []
        for brand, state in self._held.items():
            if state.changed or (state.pending and brand in due):
                records += self._written(state, end)
        if records or self._unwritten:
            first = next(iter(self._unwritten.values()), end)
            records.append((UNWRITTEN, orjson.dumps((first, end))))
            records.append((WATERMARK, self.watermark.dump()))
        self._let_go(idle)
        return records

    def gone(self) -> list[str]:
        """The brands that left memory since the last call."""
        gone, self._gone = self._gone, []
        return gone

    def close(self) -> None:
        """Forget all: the partition has another owner."""
        self._room.take(-len(self._held))
        self._held.clear()
        self._store.close()

    def _written(self, state: BrandState, end: int) -> list[tuple[bytes, bytes]]:
        """The records of all that changed of a brand; `open` says up to where."""
        parts = {"open", *state.changed, *state.pending}
        state.open.counted = end
        records = [
            (f"{state.brand}\n{part}".encode(), dump_part(state, part))
            for part in PARTS
            if part in parts
        ]
        state.changed.clear()
        state.pending.clear()
        self._unwritten.pop(state.brand, None)
        return records

    def _surplus(self) -> list[BrandState]:
        """The brands that leave memory: those mentioned longest ago, without an open alert."""
        surplus = self._room.surplus(len(self._held))
        if not surplus:
            return []
        calm = (state for state in self._held.values() if not _has_alert(state))
        return [state for state, _ in zip(calm, range(surplus), strict=False)]

    def _let_go(self, idle: Sequence[BrandState]) -> None:
        if not idle:
            return
        self._store.put(
            (state.brand, part, dump_part(state, part)) for state in idle for part in PARTS
        )
        for state in idle:
            del self._held[state.brand]
            self._room.take(-1)
            self._behind.discard(state.brand)
            self._gone.append(state.brand)


def _has_alert(state: BrandState) -> bool:
    return any(alarm.is_open for alarm in state.closed.alarms.values())
