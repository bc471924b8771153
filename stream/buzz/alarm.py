"""When an alert opens, worsens and closes."""

from dataclasses import dataclass
from typing import Literal

from stream.buzz.options import Watch

State = Literal["open", "worse", "closed"]

_HOLD = 0.7
"""An alert stays open while its strength is above this; it opens above 1."""
_REOPEN = 2.0
"""Strength, as a multiple of the last alert's, that opens another before the cooldown is over."""
_WORSE = 2.0
"""Growth of the excess since it was last reported that makes an alert worse."""
_NEVER = -(10**9)


@dataclass(slots=True)
class Alarm:
    """The alert of one kind of one brand. Times in minutes since 1970; -1: no alert is open."""

    opened: int = -1
    last_strong: int = 0
    peak: float = 0.0
    reported: float = 0.0
    closed: int = _NEVER

    @property
    def is_open(self) -> bool:
        """Whether an alert is open."""
        return self.opened >= 0

    def may_open(self, minute: int, strength: float, watch: Watch) -> bool:
        """Whether this strength opens an alert, the cooldown of the last one considered."""
        if self.is_open or strength <= 1:
            return False
        return minute - self.closed > watch.cooldown or strength > _REOPEN * self.peak

    def open(self, minute: int, strength: float, excess: float) -> State:
        """Open an alert."""
        self.opened, self.last_strong, self.peak, self.reported = minute, minute, strength, excess
        return "open"

    def follow(self, minute: int, strength: float, excess: float, watch: Watch) -> State | None:
        """Go on with the open alert; returns what there is to report.

        Args:
            minute: now.
            strength: score as a multiple of the limit.
            excess: events a minute above those expected.
            watch: how the kind is watched.
        """
        self.peak = max(self.peak, strength)
        if strength > _HOLD:
            self.last_strong = minute
        elif minute - self.last_strong > watch.quiet:
            self.opened, self.closed = -1, minute
            return "closed"
        if strength > 1 and excess > _WORSE * self.reported:
            self.reported = excess
            return "worse"
        return None
