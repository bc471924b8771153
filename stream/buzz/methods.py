"""The ways to say how far a window is from normal: one interface, five methods."""

import math
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from stream.buzz.options import FIGURES, HOUR, Figures, Kind, MethodName, Scale
from stream.buzz.surprise import Dispersion, count_surprise
from stream.buzz.tail import Tail

_LOCAL_PRIOR = 0.03
_CORRELATION = 0.005
"""Of whether two mentions of a window are negative."""
_MOST_OF_SHARE = 2.0
"""Of the surprise at the share, the surprise at the number of negatives may be so many times."""
_NO_PRAISE = 0.8
"""Of the mentions above those expected, the part that is no praise must be so much of the usual."""
_MOST_OF_NEGATIVES = 2.0
"""Of the surprise at the number of negatives, that at the number of mentions likewise."""


class WindowCounts(NamedTuple):
    """What a window holds: all mentions, those scored, and those called negative.

    As expectation, `negative` is what the model would call negative if all were normal.
    `evidence` is the number of negatives by the weights of all scored mentions (`evidence`), in
    units that vary by chance as a count does. `plain` counts mentions that are no praise.
    """

    total: float = 0.0
    scored: float = 0.0
    negative: float = 0.0
    evidence: float = 0.0
    plain: float = 0.0

    @property
    def share(self) -> float:
        """Negative part of the scored."""
        return self.negative / self.scored if self.scored else 0.0


class Window(NamedTuple):
    """A window, seen and as expected.

    Attributes:
        minutes: its length.
        seen: what it holds.
        normal: what was expected in it.
        due: evidence that the mentions seen would give at the usual share.
        share: that share, of those called negative.
        stretch: what is expected varies so many times as much as it would if all were known of
            the brand, ...
        doubt: ... and by this relative variance more.
    """

    minutes: int
    seen: WindowCounts
    normal: WindowCounts
    due: float
    share: float
    stretch: float
    doubt: float


@dataclass(slots=True)
class WindowMemory:
    """What was learned about one scale of one brand and kind."""

    spread: Dispersion = field(default_factory=Dispersion)
    tail: Tail = field(default_factory=Tail)
    mean: float = 0.0
    square: float = 0.0
    weight: float = 0.0


def new_memory(kind: Kind, scale: Scale) -> WindowMemory:
    """Of a scale of which nothing is learned: negatives vary less around their local level."""
    is_local = kind == "negative" and scale.is_local
    return WindowMemory(Dispersion(prior=_LOCAL_PRIOR)) if is_local else WindowMemory()


class Method(Protocol):
    """A score of distance, higher when further above normal, and a customary limit."""

    def limit(self, kind: Kind) -> float | None:
        """Where the score alarms by custom; None: the knob decides."""
        ...

    def watches(self, kind: Kind, minutes: int) -> bool:
        """Whether it looks at windows of that length."""
        ...

    def score(self, kind: Kind, window: Window, memory: WindowMemory) -> float:
        """Distance of the window above normal; 0 when it is not above."""
        ...

    def learn(self, kind: Kind, window: Window, memory: WindowMemory) -> None:
        """Take a window into the memory; called once an hour."""
        ...


class TailMethod:
    """Standard deviations above what is expected at this hour, by a negative binomial.

    `negative`: of the weighed negatives, but at most twice those of their share: praise raises
    their number, too, by the texts that the model gets wrong, while it lowers their share.
    `storm`: of the mentions that are no praise, but at most twice those of the negatives, where
    the model can read them, and not at all where their share falls or where what came on top is
    praise. `volume`: of all mentions.
    """

    def __init__(self, figures: Figures = FIGURES) -> None:
        self._figures = figures

    def limit(self, kind: Kind) -> float | None:
        """None: the knob decides."""
        return None

    def watches(self, kind: Kind, minutes: int) -> bool:
        """All lengths."""
        return True

    def score(self, kind: Kind, window: Window, memory: WindowMemory) -> float:
        seen, normal = window.seen, window.normal
        spread = memory.spread.value * window.stretch + window.doubt
        if kind == "volume":
            return count_surprise(seen.total, normal.total, spread)
        if _is_news(seen, normal, self._figures.complaints):
            return 0.0
        if kind == "storm":
            if _is_praise(seen, normal):
                return 0.0
            by_count = count_surprise(seen.plain, normal.plain, spread)
            most = _most_of_storm(window, spread, self._figures) if by_count else 0.0
            return min(by_count, most)
        by_count = count_surprise(seen.evidence, normal.evidence, spread)
        return min(by_count, _MOST_OF_SHARE * _share_surprise(window)) if by_count else 0.0

    def learn(self, kind: Kind, window: Window, memory: WindowMemory) -> None:
        seen, normal = counted(kind, window.seen), counted(kind, window.normal)
        part = min(HOUR / window.minutes, 1.0)
        memory.spread.learn(seen, normal, window.doubt, part)


def counted(kind: Kind, counts: WindowCounts) -> float:
    """What a kind counts."""
    if kind == "negative":
        return counts.evidence
    return counts.plain if kind == "storm" else counts.total


def _share_surprise(window: Window) -> float:
    """Of the evidence above what is due to the mentions seen, with correlated mentions."""
    above = window.seen.evidence - window.due
    if above <= 0 or window.due <= 0:
        return 0.0
    share = min(window.due / max(window.seen.scored, 1.0), 1.0)
    effect = 1 + max(window.seen.scored - 1, 0) * _CORRELATION
    return above / math.sqrt(max(window.due * (1 - share), 1e-9) * effect)


def _is_praise(seen: WindowCounts, normal: WindowCounts) -> bool:
    """Whether what came above the usual is praise, of which the model misreads some."""
    above = seen.total - normal.total
    return (seen.plain - normal.plain) * normal.total < _NO_PRAISE * normal.plain * above


def _is_news(seen: WindowCounts, normal: WindowCounts, least: float) -> bool:
    """Whether too few of the mentions above the usual complain, so far as they could be scored."""
    read = _part_read(seen)
    complaints = seen.evidence - read * normal.evidence
    return complaints < least * read * (seen.total - normal.total)


def _part_read(seen: WindowCounts) -> float:
    return min(seen.scored / seen.total, 1.0) if seen.total else 0.0


def _most_of_storm(window: Window, spread: float, figures: Figures) -> float:
    """How much the scored mentions let a storm be: what is unscored may be anything."""
    seen = window.seen
    read = _part_read(seen)
    if not read:
        return math.inf
    calm = (seen.evidence + 1) / (window.due + 1)
    if seen.evidence < read * figures.storm_negatives or calm < read * figures.storm_share:
        return 0.0
    by_negatives = count_surprise(seen.evidence, window.normal.evidence, spread)
    return _MOST_OF_NEGATIVES * by_negatives / read


class EDetector(TailMethod):
    """Leaves the negatives to the bets of `proven`; its volume alerts, which notify nobody, are
    those of `TailMethod`. Nothing is proved of storms: there are none."""

    def watches(self, kind: Kind, minutes: int) -> bool:
        """The volume alone."""
        return kind == "volume"


class FixedThreshold:
    """The share itself, or the mentions as a multiple of those expected."""

    def limit(self, kind: Kind) -> float | None:
        """Six negatives in ten; three times as many mentions as expected."""
        return 0.6 if kind == "negative" else 3.0

    def watches(self, kind: Kind, minutes: int) -> bool:
        """One length of each kind."""
        return _is_customary(kind, minutes)

    def score(self, kind: Kind, window: Window, memory: WindowMemory) -> float:
        if kind == "negative":
            return window.seen.share
        return window.seen.total / max(window.normal.total, 1.0)

    def learn(self, kind: Kind, window: Window, memory: WindowMemory) -> None:
        """There is nothing to learn."""


class Deviations:
    """Standard deviations above the mean of the past, whose weights fall by `decay` an hour.

    A long memory is "mean + 2 sd"; a short one the EWMA chart (Roberts 1959).
    """

    def __init__(self, limit: float, decay: float) -> None:
        self._limit = limit
        self._decay = decay

    def limit(self, kind: Kind) -> float | None:
        """The same number of standard deviations for both kinds."""
        return self._limit

    def watches(self, kind: Kind, minutes: int) -> bool:
        """One length of each kind."""
        return _is_customary(kind, minutes)

    def score(self, kind: Kind, window: Window, memory: WindowMemory) -> float:
        if memory.weight <= 0:
            return 0.0
        mean = memory.mean / memory.weight
        variance = max(memory.square / memory.weight - mean * mean, 0.0)
        return max(_value(kind, window.seen) - mean, 0.0) / (math.sqrt(variance) + 1e-3)

    def learn(self, kind: Kind, window: Window, memory: WindowMemory) -> None:
        value = _value(kind, window.seen)
        memory.mean = memory.mean * self._decay + value
        memory.square = memory.square * self._decay + value * value
        memory.weight = memory.weight * self._decay + 1


def _is_customary(kind: Kind, minutes: int) -> bool:
    """About ten minutes of negatives, about three hours of mentions, whatever the step."""
    if kind == "storm":
        return False
    low, high = (8, 16) if kind == "negative" else (130, 260)
    return low <= minutes < high


def _value(kind: Kind, seen: WindowCounts) -> float:
    return seen.share if kind == "negative" else seen.total


def method(name: MethodName, figures: Figures = FIGURES) -> Method:
    """The method of that name."""
    methods: dict[MethodName, Method] = {
        "tail": TailMethod(figures),
        "e-detector": EDetector(),
        "fixed": FixedThreshold(),
        "mean-sd": Deviations(2.0, 0.5 ** (1 / 168)),
        "ewma": Deviations(3.0, 0.9),
    }
    return methods[name]
