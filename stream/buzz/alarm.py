"""When an alert opens, worsens and closes."""

from dataclasses import dataclass
from typing import Literal

from stream.buzz.options import SILENT_MINUTES, Watch

State = Literal["open", "worse", "closed"]

_HOLD = 0.7
"""An alert stays open while its strength is above this; it opens above 1."""
_REOPEN = 2.0
"""Strength, as a multiple of the last alert's, that opens another before the cooldown is over."""
_WORSE = 2.0
"""Growth of the excess since it was last reported that makes an alert worse."""
_LONGEST_QUIET = 6 * 60
_REACH = 3
"""Longer windows than the one that opened an alert hold it, up to so many scales."""
_NEVER = -(10**9)


@dataclass(slots=True)
class Alarm:
    """The alert of one kind of one brand. Times in minutes since 1970; -1: no alert is open.

    Attributes:
        opened: when it opened.
        begun: start of the window that opened it.
        place: the scale of that window.
        minutes: its length.
        last_strong: when it was last strong.
        peak: the highest strength of it, or of the last one.
        reported: the excess in the last report.
        closed: when the last one closed.
    """

    opened: int = -1
    begun: int = 0
    place: int = 0
    minutes: int = 0
    last_strong: int = 0
    peak: float = 0.0
    reported: float = 0.0
    closed: int = _NEVER

    @property
    def is_open(self) -> bool:
        """Whether an alert is open."""
        return self.opened >= 0

    @property
    def reach(self) -> int:
        """How many scales, from the shortest on, hold the alert."""
        return self.place + _REACH + 1

    def may_open(self, minute: int, strength: float, watch: Watch) -> bool:
        """Whether this strength opens an alert, the cooldown of the last one considered."""
        if self.is_open or strength <= 1:
            return False
        return minute - self.closed > watch.cooldown or strength > _REOPEN * self.peak

    def open(
        self, minute: int, strength: float, excess: float, place: int = 0, minutes: int = 0
    ) -> State:
        """Open an alert, by the window of so many minutes at the scale `place`."""
        self.opened, self.last_strong, self.peak, self.reported = minute, minute, strength, excess
        self.begun, self.place, self.minutes = minute - minutes, place, minutes
        return "open"

    def follow(
        self, minute: int, strength: float, excess: float, watch: Watch, silent: int = 0
    ) -> State | None:
        """Go on with the open alert; returns what there is to report.

        Args:
            minute: now.
            strength: score as a multiple of the limit, of the scales that hold it.
            excess: events a minute above those expected.
            watch: how the kind is watched.
            silent: minutes since the last mention.
        """
        self.peak = max(self.peak, strength)
        quiet = max(watch.quiet, min(self.minutes // 2, _LONGEST_QUIET))
        if silent < SILENT_MINUTES and strength > _HOLD:
            self.last_strong = minute
        elif silent >= SILENT_MINUTES or minute - self.last_strong > quiet:
            self.opened, self.closed = -1, minute
            return "closed"
        if strength > 1 and excess > _WORSE * self.reported:
            self.reported = excess
            return "worse"
        return None
