"""What a person may turn, and the figures that measurement chose."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from sentiment.errors import SettingsError

Kind = Literal["negative", "storm", "volume"]
KINDS: tuple[Kind, ...] = ("negative", "storm", "volume")
NOTIFYING: tuple[Kind, ...] = ("negative", "storm")
"""Kinds that notify a brand's team. At most one of them is open at a time."""
MethodName = Literal["tail", "e-detector", "fixed", "mean-sd", "ewma"]

HOUR = 60
DAY = 24 * HOUR
WEEK = 7 * DAY
FORGET_DAYS = 28
"""A brand without mentions for this long is learned again from the start."""
SILENT_MINUTES = HOUR
"""After so long without a mention, alerts close, and a brand's steps wait for its next one."""

BLOCK = 8
"""Blocks of one level of the windows make one of the next."""
KEEP = 40
"""Blocks kept of a level."""
_SHORTEST, _SCALES = 5, 10
_LONGEST_LOCAL = 40
_OVERLAP = 2.5
"""Ten windows, each half of the next, raise as many false alarms as four that share nothing."""


class Scale(NamedTuple):
    """One length of window: so many whole blocks of a level, and the block under way.

    Attributes:
        minutes: its length.
        level: steps are the blocks of level 0, eight of these a block of level 1, and so on.
        blocks: of that level.
        every: steps from one look to the next.
        part: of the allowed false alarms it may spend.
    """

    minutes: int
    level: int
    blocks: int
    every: int
    part: float

    @property
    def steps(self) -> int:
        """Its whole steps."""
        return int(self.blocks * BLOCK**self.level)

    @property
    def is_local(self) -> bool:
        """Whether its negatives are compared with the hour before it. What burns slowly would raise
        its own level: longer windows are compared with the profile alone."""
        return self.minutes <= _LONGEST_LOCAL


def level_of(steps: int) -> int:
    """The finest level whose blocks hold so many steps."""
    return next(level for level in range(steps) if steps <= KEEP * BLOCK**level)


@dataclass(frozen=True, slots=True)
class Watch:
    """How one kind is watched. Times in minutes.

    Attributes:
        budget: part of the allowed false alarms that this kind may spend.
        least: fewest events in a window of up to a day that can open an alert (weighed negatives,
            or mentions); longer windows must hold as many a day.
        quiet: an alert closes after this long without strength, or after half its window.
        cooldown: afterwards only something clearly stronger opens another.
    """

    budget: float
    least: int
    quiet: int
    cooldown: int


NEGATIVE = Watch(budget=0.5, least=20, quiet=30, cooldown=2 * HOUR)
STORM = Watch(budget=0.5, least=20, quiet=30, cooldown=2 * HOUR)
VOLUME = Watch(budget=0.5, least=20, quiet=30, cooldown=12 * HOUR)


class Figures(NamedTuple):
    """Figures that real streams chose for all brands (`python -m bench.buzz --choose`).

    Attributes:
        excess: how far above its threshold a peak of calm times is in the mean, before a brand has
            shown its own. Of a normal score it is 0.35.
        storm_negatives: fewer weighed negatives make no storm.
        storm_share: nor does a window in which the share of negatives falls below so much of the
            usual one: that is praise or an announced event.
        complaints: of the mentions above those expected, fewer negatives are news, no bad buzz.
    """

    excess: float = 0.4
    storm_negatives: int = 12
    storm_share: float = 0.8
    complaints: float = 0.35


FIGURES = Figures()


@dataclass(frozen=True)
class BuzzOptions:
    """Options of the detector.

    Raises:
        SettingsError: a value is out of range.
    """

    false_alarms_per_week: float = 0.2
    "The knob: false alerts a week, of all kinds that notify, that a brand's team puts up with."
    method: MethodName = "tail"
    "`tail` estimates its limits, `e-detector` proves them; the others are simple, to compare with."
    drift: float = 1.2
    "E-detector: how many times the negatives that were learned still count as normal."
    limit: float | None = None
    "A fixed limit for the method's score; empty: from the knob (tail) or the method's custom."
    step_minutes: int = 1
    "Length of one step of event time."
    lateness_minutes: int = 1
    "How long a minute waits for late tweets."
    warmup_hours: int = 48
    "A brand is only learned, not warned about, for this long after its first mention."
    negative: Watch = NEGATIVE
    "How negative mentions are watched."
    storm: Watch = STORM
    "How mentions are watched that are not praise: complaints, and what the model calls neutral."
    volume: Watch = VOLUME
    "How all mentions are watched; it notifies nobody."
    figures: Figures = FIGURES
    "What real streams chose."

    def __post_init__(self) -> None:
        for name in ("false_alarms_per_week", "step_minutes"):
            if getattr(self, name) <= 0:
                raise SettingsError(
                    f"{name}: expected a number above 0, got {getattr(self, name)}."
                )
        if self.drift < 1:
            raise SettingsError(f"drift: expected a number of at least 1, got {self.drift}.")

    def watch(self, kind: Kind) -> Watch:
        """How `kind` is watched."""
        watch: Watch = getattr(self, kind)
        return watch

    def steps(self, minutes: int) -> int:
        """Whole steps in a span of minutes, at least one."""
        return max(1, round(minutes / self.step_minutes))

    @property
    def steps_between(self) -> float:
        """Steps from one false alarm to the next, by the knob."""
        return WEEK / self.false_alarms_per_week / self.step_minutes

    def budget(self, kind: Kind, scale: Scale) -> float:
        """False alarms a week that a kind may raise by windows of one scale."""
        return self.false_alarms_per_week * _OVERLAP * self.watch(kind).budget * scale.part

    @cached_property
    def scales(self) -> tuple[Scale, ...]:
        """Windows from five minutes to two days, each twice as long as the one before.

        Short ones are looked at more often; they get more of the allowed false alarms, by the
        root of how often.
        """
        lengths = dict.fromkeys(self.steps(_SHORTEST * 2**number) for number in range(_SCALES))
        whole = sum(steps**-0.5 for steps in lengths)
        return tuple(self._scale(steps, steps**-0.5 / whole) for steps in lengths)

    def _scale(self, steps: int, part: float) -> Scale:
        level = level_of(steps)
        blocks = max(round(steps / BLOCK**level), 1)
        minutes = blocks * BLOCK**level * self.step_minutes
        return Scale(minutes, level, blocks, (BLOCK // 2) ** level, part)
