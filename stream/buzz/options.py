"""What a person may turn, and the figures that measurement chose."""

from dataclasses import dataclass
from typing import Literal

from sentiment.errors import SettingsError
from stream.buzz.tail import Prior

Kind = Literal["negative", "volume"]
KINDS: tuple[Kind, Kind] = ("negative", "volume")
MethodName = Literal["tail", "fixed", "mean-sd", "ewma"]

HOUR = 60


@dataclass(frozen=True, slots=True)
class Watch:
    """How one kind is watched. Times in minutes.

    Attributes:
        windows: length of each window and the part of the allowed false alarms it may spend.
        budget: allowed false alarms of this kind, as a multiple of the knob.
        least: fewest events (negatives, or mentions) in a window that can open an alert.
        quiet: an alert closes after this long without strength.
        cooldown: afterwards only something clearly stronger opens another.
        prior: what is held of the scores' tail while the brand's own past is short.
    """

    windows: tuple[tuple[int, float], ...]
    budget: float
    least: int
    quiet: int
    cooldown: int
    prior: Prior


NEGATIVE = Watch(((9, 0.9), (45, 0.1)), budget=1.0, least=10, quiet=30, cooldown=2 * HOUR,
                 prior=Prior(peaks=20, excess=0.15, per_week=1.5))  # fmt: skip
VOLUME = Watch(((3 * HOUR, 1.0),), budget=5.0, least=10, quiet=3 * HOUR, cooldown=12 * HOUR,
               prior=Prior(peaks=3, excess=0.2, per_week=12))  # fmt: skip


@dataclass(frozen=True)
class BuzzOptions:
    """Options of the detector.

    Raises:
        SettingsError: a value is out of range.
    """

    false_alarms_per_week: float = 0.2
    "The knob: false `negative` alerts a week that a brand's team puts up with."
    method: MethodName = "tail"
    "How surprise is measured; the others are simpler and worse, kept for comparison."
    limit: float | None = None
    "A fixed limit for the method's score; empty: from the knob (tail) or the method's custom."
    step_minutes: int = 1
    "Length of one step of event time."
    lateness_minutes: int = 1
    "How long a minute waits for late tweets."
    warmup_hours: int = 48
    "A brand is only learned, not warned about, for this long after its first mention."
    negative: Watch = NEGATIVE
    "How the share of negative mentions is watched."
    volume: Watch = VOLUME
    "How the number of mentions is watched; it notifies nobody, so it may speak more often."

    def __post_init__(self) -> None:
        for name in ("false_alarms_per_week", "step_minutes"):
            if getattr(self, name) <= 0:
                raise SettingsError(
                    f"{name}: expected a number above 0, got {getattr(self, name)}."
                )

    def watch(self, kind: Kind) -> Watch:
        """How `kind` is watched."""
        return self.negative if kind == "negative" else self.volume

    def steps(self, minutes: int) -> int:
        """Whole steps in a span of minutes, at least one."""
        return max(1, round(minutes / self.step_minutes))
