"""Event time of one partition of mentions: how far it is complete.

Mentions of several partitions of `tweets` meet in one partition of `brand.mentions`, and each of
these is in its own order. A minute is complete when all of them have passed it, as in Flink and
Kafka Streams; the time that they wait for each other is the broker's, so that the same records give
the same watermark however fast they are read.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

MINUTE_MS = 60_000
_SECOND_MS = 1_000
_MAX_MINUTE = 2**40
_MAX_MS = 2**53
_FIELDS = 6


class Mark(NamedTuple):
    """What a mention tells about event time.

    Attributes:
        minute: its event time, minutes since 1970.
        source: the partition of `tweets` that it came from.
        at: when the broker took it, in milliseconds since 1970.
    """

    minute: int
    source: int
    at: int


@dataclass(slots=True)
class Watermark:
    """The minute before which no mention is waited for any more. It never goes back.

    It is `lateness` minutes behind the slowest of the partitions of `tweets` that deliver. One that
    delivered nothing for the idle time is not waited for, and no minute waits longer than that for
    the slower ones once the first one has passed it. After a silence of all, each may deliver
    again. While nothing comes, event time goes on with the clock, so that a brand that fell silent
    is closed too.

    Args:
        lateness: minutes that a mention may come late.
        minute: where to go on, minutes since 1970.
        sources: partitions of `tweets`.
        idle_ms: the idle time, by the broker's time.
        clock: broker's time of what was read last; -1 before that.
        reached: latest event minute of each source; -1 before its first mention.
        read_at: broker's time of each source's last mention.
        farthest: broker's time and the latest event minute of all sources then, by second.
        late: mentions that came too late.
    """

    lateness: int
    minute: int = 0
    sources: int = 1
    idle_ms: int = 0
    clock: int = -1
    reached: list[int] = field(default_factory=list)
    read_at: list[int] = field(default_factory=list)
    farthest: deque[tuple[int, int]] = field(default_factory=deque)
    late: int = 0

    def __post_init__(self) -> None:
        self._fit()

    def runs(self, marks: Iterable[Mark]) -> Iterator[tuple[slice, int]]:
        """Cut records where the watermark moves; the result does not depend on batch limits.

        Args:
            marks: of each record, in the order of the partition.

        Yields:
            Records to count, and the watermark to close to after them.
        """
        start = end = 0
        for end, mark in enumerate(marks, 1):
            before = self.minute
            self._read(*mark)
            if self.minute > before:
                yield slice(start, end), self.minute
                start = end
        if start < end:
            yield slice(start, end), self.minute

    def tick(self, now: int) -> int:
        """Let the clock (in milliseconds since 1970) reach `now` without a record.

        Returns the watermark, never beyond `now`.
        """
        if max(self.reached) >= 0:
            silent = max(now - self.clock - self.idle_ms, 0) // MINUTE_MS
            minute = min(self._complete(max(now, self.clock)) + silent, now // MINUTE_MS)
            self.minute = max(self.minute, minute)
        return self.minute

    def dump(self) -> bytes:
        """All of it, for the partition's next owner."""
        known = (self.minute, self.clock, self.reached, self.read_at, list(self.farthest))
        return orjson.dumps([*known, self.late])

    def load(self, value: bytes) -> None:
        """Continue from what `dump` wrote. Older versions wrote the minute alone.

        Raises:
            ValueError: it is something else.
        """
        found: Any = orjson.loads(value[:100_000])
        minute, clock, reached, read_at, farthest, late = (
            found
            if isinstance(found, list) and len(found) == _FIELDS
            else (found, -1, [], [], [], 0)
        )
        _require([minute], _MAX_MINUTE)
        _require([clock, late], _MAX_MS)
        _require(reached, _MAX_MINUTE)
        _require(read_at, _MAX_MS)
        if not isinstance(farthest, list):
            raise ValueError("expected how far the farthest partition was")
        for pair in farthest:
            _require(pair, _MAX_MS, 2)
        self.minute, self.clock, self.reached, self.read_at = minute, clock, reached, read_at
        self.farthest = deque((at, far) for at, far in farthest)
        self.late = late
        self._fit()

    def _fit(self) -> None:
        """As many partitions as there are now: `tweets` may have grown."""
        for known, fill in ((self.reached, -1), (self.read_at, self.clock)):
            del known[self.sources :]
            known.extend([fill] * (self.sources - len(known)))

    def _read(self, minute: int, source: int, at: int) -> None:
        source %= self.sources  # a partition that came later, or another program's number
        second = self.clock // _SECOND_MS
        if at > self.clock:
            if at - self.clock > self.idle_ms:  # all were silent: each may deliver now
                self._move(at)
                self.read_at = [at] * self.sources
            self.clock = at
        self.read_at[source] = self.clock
        minute = min(minute, self.clock // MINUTE_MS)
        before = self.reached[source]
        if minute > before:
            self.reached[source] = minute
            self._remember(minute)
        # Another one than the slowest moves nothing but with the clock.
        if self.clock // _SECOND_MS > second or before <= self.minute + self.lateness:
            self._move(self.clock)

    def _move(self, now: int) -> None:
        self.minute = max(self.minute, self._complete(now))

    def _remember(self, minute: int) -> None:
        """Keep how far the farthest is, one entry a second."""
        farthest, second = self.farthest, self.clock // _SECOND_MS
        if farthest and minute <= farthest[-1][1]:
            return
        if farthest and farthest[-1][0] // _SECOND_MS == second:
            farthest[-1] = farthest[-1][0], minute
        else:
            farthest.append((self.clock, minute))
        while len(farthest) > 1 and farthest[1][0] < self.clock - self.idle_ms:
            farthest.popleft()

    def _complete(self, now: int) -> int:
        """The minute that is complete at a time of the broker's clock."""
        waited = now - self.idle_ms
        delivering = [
            reached for reached, at in zip(self.reached, self.read_at, strict=True) if at >= waited
        ]
        slowest = min(delivering, default=max(self.reached))
        passed = max((far for at, far in self.farthest if at < waited), default=-1)
        return max(slowest, passed) - self.lateness


def _require(numbers: object, below: int, length: int | None = None) -> None:
    """Raises ValueError unless these are whole numbers that can be meant."""
    if not isinstance(numbers, list) or (length is not None and len(numbers) != length):
        raise ValueError(f"expected a list of whole numbers, got {str(numbers)[:40]}")
    for number in numbers:
        if type(number) is not int or not abs(number) < below:
            raise ValueError(f"expected a time since 1970, got {str(number)[:40]}")
