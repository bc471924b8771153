"""How strongly the windows of a brand stand out now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from stream.buzz.brand import BrandState
from stream.buzz.evidence import CERTAIN
from stream.buzz.level import hourly_spread, local_level
from stream.buzz.methods import Method, Window, WindowCounts, counted
from stream.buzz.options import DAY, HOUR, BuzzOptions, Kind, Scale
from stream.buzz.surprise import count_surprise
from stream.buzz.windows import Tally

_WEAK = 1.0
"""A score below this is no half of any limit."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The window that stands out most of those looked at now.

    Attributes:
        strength: score as a multiple of the limit; an alert opens above 1.
        score: of the method.
        place: of the scale.
        window: itself.
        excess: events a minute above those expected.
    """

    strength: float
    score: float
    place: int
    window: Window
    excess: float


def look(
    state: BrandState, options: BuzzOptions, every: bool = False
) -> Iterator[tuple[int, Window]]:
    """The windows that are looked at now, each with the place of its scale.

    Args:
        state: of the brand.
        options: of the detector.
        every: all scales, not only those whose turn it is.
    """
    until, units = state.closed.until, _units(state, options)
    for place, scale in enumerate(options.scales):
        if every or until % scale.every == 0:
            yield place, _window(state, scale, options, units)


def window(state: BrandState, scale: Scale, options: BuzzOptions) -> Window:
    """The window of a scale that ends now."""
    return _window(state, scale, options, _units(state, options))


class _Units(NamedTuple):
    """What all windows of a moment have in common: see `ModelShare`, `Forecast` and `level`."""

    grain: float
    evidence: float
    praise_free: float
    share: float
    hourly_spread: float


def _units(state: BrandState, options: BuzzOptions) -> _Units:
    share, ahead = state.closed.share, state.forecast(options.step_minutes)
    expected = share.expect(ahead.share(ahead.now))
    spread = hourly_spread(state, options)
    return _Units(share.grain, share.evidence, share.praise_free, expected, spread)


def _window(state: BrandState, scale: Scale, options: BuzzOptions, units: _Units) -> Window:
    closed, size = state.closed, options.step_minutes
    tally = closed.windows.last(scale)
    ahead = state.forecast(size)
    minutes = max(closed.windows.length(scale, closed.until), 1) * size
    level = local_level(state, scale, tally, options, units.hourly_spread)
    usual, negative = tally.usual, level * tally.usual_negative
    return Window(
        minutes,
        _seen(tally, units.grain),
        WindowCounts(
            usual,
            usual * tally.scored / tally.total if tally.total else usual,
            negative,
            negative * units.evidence,
            usual * units.praise_free,
        ),
        tally.due * units.evidence,
        tally.due / tally.scored if tally.scored else units.share,
        ahead.stretch(minutes),
        ahead.doubt(minutes),
    )


def _seen(tally: Tally, grain: float) -> WindowCounts:
    return WindowCounts(
        tally.total, tally.scored, tally.negative, tally.weight / grain, tally.plain / CERTAIN
    )


def judge(
    state: BrandState,
    kind: Kind,
    windows: Sequence[tuple[int, Window]],
    method: Method,
    options: BuzzOptions,
) -> Verdict:
    """Judge windows of a kind, let their tails see the scores, and take down the strengths."""
    best = None
    weak = _WEAK if method.limit(kind) is None else 0.0
    strengths, known = (
        state.closed.strengths[kind],
        state.forecast(options.step_minutes).knows_a_day,
    )
    for place, found in windows:
        score, strength = 0.0, 0.0
        if (
            known
            and method.watches(kind, found.minutes)
            and _is_enough(state, kind, found, options)
        ):
            score = method.score(kind, found, state.memory.scales[kind][place])
            if kind != "volume":
                score = _unless_new_version(state, kind, found, score, options)
        if score > weak:
            limit = _limit(state, kind, place, method, options)
            strength = score / limit
            _follow_tail(state, kind, place, score, limit, options)
        elif state.memory.scales[kind][place].tail.peak:
            _follow_tail(state, kind, place, score, score, options)
        strengths[place] = round(strength, 4)
        if best is None or strength > best[0]:
            best = strength, score, place, found
    if best is None:
        raise ValueError("no window was looked at")
    strength, score, place, found = best
    excess = (counted(kind, found.seen) - counted(kind, found.normal)) / found.minutes
    return Verdict(strength, score, place, found, excess)


def _is_enough(state: BrandState, kind: Kind, found: Window, options: BuzzOptions) -> bool:
    if state.closed.alarms[kind].is_open:
        return True
    days = max(found.minutes / DAY, 1.0)
    return counted(kind, found.seen) >= options.watch(kind).least * days


def _follow_tail(
    state: BrandState, kind: Kind, place: int, score: float, limit: float, options: BuzzOptions
) -> None:
    now = state.closed.until * options.step_minutes
    quiet = max(options.scales[place].minutes, HOUR)
    if state.memory.scales[kind][place].tail.see(score, limit, now, quiet):
        state.changed.add("memory")


def _limit(
    state: BrandState, kind: Kind, place: int, method: Method, options: BuzzOptions
) -> float:
    fixed = options.limit if options.limit is not None else method.limit(kind)
    if fixed is not None:
        return fixed
    scale, ahead = options.scales[place], state.forecast(options.step_minutes)
    return state.memory.scales[kind][place].tail.limit(
        options.budget(kind, scale),
        scale.minutes,
        ahead.now,
        ahead.hours,
        options.figures.excess,
    )


def _unless_new_version(
    state: BrandState, kind: Kind, found: Window, score: float, options: BuzzOptions
) -> float:
    """A new version's share proves nothing yet; its number of mentions must stand out as well."""
    if state.closed.share.settled(state.closed.until * options.step_minutes):
        return score
    spread = state.memory.scales["volume"][0].spread.value
    by_volume = count_surprise(found.seen.total, found.normal.total, spread * found.stretch)
    return min(score, by_volume)
