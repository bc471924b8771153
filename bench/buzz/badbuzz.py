"""badbuzz's own detector behind the interface of the bench."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from bench.buzz.detector import About, Alarm
from bench.buzz.stream import Kind, Mention, Step
from stream.buzz.brand import BrandState, new_brand
from stream.buzz.detector import Detector, Sighting
from stream.buzz.duplicates import author_digest, text_digest
from stream.buzz.options import FIGURES, NEGATIVE, STORM, BuzzOptions, Figures, MethodName
from stream.buzz.share import Rates

DEFAULT = BuzzOptions().false_alarms_per_week
KNOBS = tuple(sorted({0.05, 0.1, 0.2, 0.4, 0.8, DEFAULT}))
_VERSION = "1"


class Tuning(NamedTuple):
    """What is measured on real streams, beside the knob."""

    least: int = NEGATIVE.least
    figures: Figures = FIGURES

    def of(self, options: BuzzOptions) -> BuzzOptions:
        """The options with this setting."""
        return replace(
            options,
            figures=self.figures,
            negative=replace(NEGATIVE, least=self.least),
            storm=replace(STORM, least=self.least),
        )

    def __str__(self) -> str:
        figures = (f"{name} {value:g}" for name, value in self.figures._asdict().items())
        return ", ".join([f"least {self.least}", *figures])


USUAL = Tuning()
GRID = (
    USUAL,
    *(USUAL._replace(least=least) for least in (12, 30)),
    *(USUAL._replace(figures=Figures(excess=excess)) for excess in (0.3, 0.5)),
    *(USUAL._replace(figures=Figures(storm_negatives=number)) for number in (6, 20)),
    *(USUAL._replace(figures=Figures(storm_share=share)) for share in (0.6, 1.0)),
    *(USUAL._replace(figures=Figures(complaints=part)) for part in (0.25, 0.5)),
)
"""One figure is changed at a time, so that the grid runs in half an hour."""


@dataclass(frozen=True)
class Badbuzz:
    """The detector of `stream/buzz` as the worker runs it.

    Attributes:
        name: what the tables call it.
        knobs: allowed false alarms a week, to choose from.
        rates: error rates of the model whose scores the mentions bear.
        method: `e-detector` for the proven mode.
    """

    name: str = "badbuzz"
    knobs: tuple[float, ...] = KNOBS
    rates: Rates = field(default_factory=Rates)
    method: MethodName = "tail"

    def settings(self, kind: Kind) -> Sequence[Hashable]:
        """Allowed false alarms a week."""
        return self.knobs

    def watch(self, setting: float, about: About) -> "BadbuzzWatch":
        """The state of one brand that is not known yet."""
        options = replace(_options(setting, about), method=self.method)
        return _start(options, self.rates, about)


@dataclass(frozen=True)
class Choice:
    """The same at the default knob, with figures to choose from.

    Attributes:
        name: what the tables call it.
        rates: error rates of the model whose scores the mentions bear.
        grid: settings to choose from.
    """

    name: str = "badbuzz"
    rates: Rates = field(default_factory=Rates)
    grid: tuple[Tuning, ...] = GRID

    def settings(self, kind: Kind) -> Sequence[Hashable]:
        """The grid."""
        return self.grid

    def watch(self, setting: Tuning, about: About) -> "BadbuzzWatch":
        """The state of one brand that is not known yet."""
        return _start(setting.of(_options(DEFAULT, about)), self.rates, about)


def _options(knob: float, about: About) -> BuzzOptions:
    return BuzzOptions(
        false_alarms_per_week=knob,
        step_minutes=about.step_minutes,
        lateness_minutes=1 if about.step_minutes == 1 else 0,
    )


def _start(options: BuzzOptions, rates: Rates, about: About) -> "BadbuzzWatch":
    detector = Detector(options, {_VERSION: rates})
    return BadbuzzWatch(detector, new_brand(about.brand, options))


@dataclass
class BadbuzzWatch:
    """One brand."""

    detector: Detector
    state: BrandState

    def step(self, step: Step) -> Sequence[Alarm]:
        """Count the mentions of a step and close what is complete then."""
        options = self.detector.options
        if step.mentions:
            sightings = [_sighting(step.minute, mention) for mention in step.mentions]
            self.detector.update(self.state, sightings, step.minute)
        elif step.count:
            self.detector.count(self.state, step.minute, step.count)
        end = step.minute + options.step_minutes - options.lateness_minutes
        return [
            Alarm(
                alert.kind,
                alert.notifies,
                tuple(word.word for word in alert.words),
            )
            for alert in self.detector.close_minutes(self.state, end)
            if alert.state == "open"
        ]


def _sighting(minute: int, mention: Mention) -> Sighting:
    text = mention.text
    return Sighting(
        minute, mention.p_negative, _VERSION, text_digest(text), text, mention.id,
        author_digest(mention.author), mention.p_positive,
    )  # fmt: skip
