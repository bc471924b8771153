"""Six simple detectors, each a score of the last minutes' count against what went before."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Literal, NamedTuple

from bench.buzz.context import Contexts
from bench.buzz.control_charts import Ewma, Fixed, MeanDeviations
from bench.buzz.detector import About, Alarm
from bench.buzz.seasonal_esd import SeasonalEsd
from bench.buzz.series import Score
from bench.buzz.stream import Kind, Step
from bench.buzz.windowed_gaussian import WindowedGaussian

Signal = Literal["mentions", "negatives"]

_NEGATIVE = 0.5
_REST = 6 * 60
"""Minutes below the limit after which another alarm may begin."""
_WINDOWS = {"texts": (60, 360), "counts": (5, 60)}
"""Minutes that are counted together."""
_EVERY = {"texts": 15, "counts": 5}
"""Minutes from point to point of the series."""


class Setting(NamedTuple):
    """What is counted, over how many minutes, and from which score on it alarms."""

    signal: Signal
    minutes: int
    limit: float


@dataclass(frozen=True)
class Baseline:
    """A score and the limits to choose from.

    Attributes:
        name: what the tables call it.
        score: makes one, from the number of points a day.
        limits: by kind of stream.
    """

    name: str
    score: Callable[[int], Score]
    limits: dict[Kind, tuple[float, ...]]

    def settings(self, kind: Kind) -> Sequence[Setting]:
        """All combinations of signal, window and limit."""
        signals: tuple[Signal, ...] = (
            ("negatives", "mentions") if kind == "texts" else ("mentions",)
        )
        return [Setting(*one) for one in product(signals, _WINDOWS[kind], self.limits[kind])]

    def watch(self, setting: Setting, about: About) -> "SeriesWatch":
        """A watch over one brand."""
        return self.sweep([setting], about)

    def sweep(self, settings: Sequence[Setting], about: About) -> "SeriesWatch":
        """A watch of several limits at once: the score does not depend on them.

        Args:
            settings: that differ in their limit alone.
            about: the stream.
        """
        every = max(_EVERY[about.kind], about.step_minutes)
        return SeriesWatch(self.score(24 * 60 // every), settings, about.step_minutes, every)


@dataclass
class SeriesWatch:
    """Turns steps into points of a series, and scores above a limit into alarms."""

    score: Score
    settings: Sequence[Setting]
    step_minutes: int
    every: int
    _last: deque[int] = field(default_factory=deque)
    _sum: int = 0
    _above: dict[Setting, int] = field(default_factory=dict)

    def step(self, step: Step) -> Sequence[Alarm]:
        """Take a step; an alarm begins where the score is above the limit after a rest."""
        first = self.settings[0]
        value = step.count if first.signal == "mentions" else _negatives(step)
        self._last.append(value)
        self._sum += value
        if len(self._last) > max(first.minutes // self.step_minutes, 1):
            self._sum -= self._last.popleft()
        end = step.minute + self.step_minutes
        return () if end % self.every else self._alarms(end, self.score.of(self._sum))

    def _alarms(self, end: int, score: float) -> list[Alarm]:
        found = []
        for setting in self.settings:
            if score > setting.limit:
                if end - self._above.get(setting, -_REST) > _REST:
                    found.append(Alarm(setting.signal, setting=setting))
                self._above[setting] = end
        return found


def _negatives(step: Step) -> int:
    return sum((mention.p_negative or 0.0) > _NEGATIVE for mention in step.mentions)


def baselines() -> list[Baseline]:
    """The simple detectors that stand beside any other."""
    deviations = (3.0, 4.0, 6.0, 8.0, 12.0)
    tails = (3.0, 5.0, 8.0, 15.0, 30.0)
    return [
        Baseline(
            "fixed threshold", lambda _: Fixed(),
            {"texts": (10, 20, 40, 80, 160), "counts": (50, 100, 200, 400, 800, 1600)},
        ),
        Baseline("EWMA", Ewma, {"texts": (*deviations, 20.0), "counts": (*deviations, 20.0, 40.0)}),
        Baseline("mean + k sd", MeanDeviations, {"texts": deviations, "counts": deviations}),
        Baseline(
            "S-H-ESD", SeasonalEsd,
            {"texts": (2.0, *tails), "counts": (2.0, *tails, 60.0)},
        ),
        Baseline(
            "contextOSE-like", Contexts, {"texts": (0.5, 0.75, 0.9), "counts": (0.5, 0.75, 0.9)}
        ),
        Baseline("windowed Gaussian", WindowedGaussian, {"texts": tails, "counts": tails}),
    ]  # fmt: skip
