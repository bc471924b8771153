"""badbuzz's own detector behind the interface of the bench."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.buzz.detector import About, Alarm
from bench.buzz.stream import Kind, Mention, Step
from stream.buzz.brand import BrandState, new_brand
from stream.buzz.detector import Detector, Sighting
from stream.buzz.duplicates import author_digest, text_digest
from stream.buzz.options import BuzzOptions
from stream.buzz.share import Rates

DEFAULT = BuzzOptions().false_alarms_per_week
KNOBS = tuple(sorted({0.05, 0.1, 0.2, 0.4, 0.8, DEFAULT}))
_VERSION = "1"


@dataclass(frozen=True)
class Badbuzz:
    """The detector of `stream/buzz` as the worker runs it.

    Attributes:
        name: what the tables call it.
        knobs: allowed false alarms a week, to choose from.
        rates: error rates of the model whose scores the mentions bear.
    """

    name: str = "badbuzz"
    knobs: tuple[float, ...] = KNOBS
    rates: Rates = field(default_factory=Rates)

    def settings(self, kind: Kind) -> Sequence[float]:
        """Allowed false alarms a week."""
        return self.knobs

    def watch(self, setting: float, about: About) -> "BadbuzzWatch":
        """The state of one brand that is not known yet."""
        lateness = 1 if about.step_minutes == 1 else 0
        options = BuzzOptions(
            false_alarms_per_week=setting,
            step_minutes=about.step_minutes,
            lateness_minutes=lateness,
        )
        detector = Detector(options, {_VERSION: self.rates})
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
