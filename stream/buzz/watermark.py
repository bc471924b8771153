"""Event time of one partition: how far it is complete."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Watermark:
    """The minute before which no tweet is waited for any more.

    It follows the latest event time, `lateness` minutes behind, and never goes back. While
    nothing comes, it goes on with the clock, so that a brand that fell silent is closed too.

    Args:
        lateness: minutes that a tweet may come late.
        minute: where to go on, minutes since 1970.
    """

    lateness: int
    minute: int = 0
    last_clock: int = -1

    def runs(self, minutes: Sequence[int], now: int) -> Iterator[tuple[slice, int]]:
        """Cut records where the watermark moves; the result does not depend on batch limits.

        Args:
            minutes: event minute of each record, in the order of the partition.
            now: the minute of the broker's time; a later stamp counts as this one.

        Yields:
            Records to count, and the watermark to close to after them.
        """
        self.last_clock = now
        start = 0
        for position, minute in enumerate(minutes):
            reached = min(minute, now) - self.lateness
            if reached > self.minute:
                self.minute = reached
                yield slice(start, position + 1), reached
                start = position + 1
        if start < len(minutes):
            yield slice(start, len(minutes)), self.minute

    def tick(self, now: int) -> int:
        """Let the clock reach `now` without a record; returns the watermark, never beyond `now`."""
        if self.minute and self.last_clock >= 0:
            passed = max(now - self.last_clock, 0)
            self.minute = max(self.minute, min(self.minute + passed, now))
        self.last_clock = max(now, self.last_clock)
        return self.minute
