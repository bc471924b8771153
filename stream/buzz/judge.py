"""How strongly the windows of a brand stand out now."""

import math
from dataclasses import dataclass

from stream.buzz.brand import BrandState, ClosedPart
from stream.buzz.methods import Method, WindowCounts, WindowMemory
from stream.buzz.options import HOUR, BuzzOptions, Kind
from stream.buzz.surprise import count_surprise


@dataclass(frozen=True, slots=True)
class Verdict:
    """The window that stands out most.

    Attributes:
        strength: score as a multiple of the limit; an alert opens above 1.
        score: of the method.
        minutes: length of the window.
        seen: what it holds.
        normal: what was expected in it.
        excess: events a minute above those expected.
    """

    strength: float
    score: float
    minutes: int
    seen: WindowCounts
    normal: WindowCounts
    excess: float


_CALM = Verdict(0.0, 0.0, 0, WindowCounts(0, 0, 0), WindowCounts(0, 0, 0), 0.0)


def judge(state: BrandState, kind: Kind, method: Method, options: BuzzOptions) -> Verdict:
    """Judge all windows of a kind and let their tails see the scores."""
    best = _CALM
    watch, closed = options.watch(kind), state.closed
    now = closed.until * options.step_minutes
    for (minutes, part), memory in zip(watch.windows, closed.memory[kind], strict=True):
        seen, span = window_counts(closed, kind, options.steps(minutes))
        score = 0.0
        if _events(kind, seen) >= watch.least or closed.alarms[kind].is_open:
            normal = expected_counts(state, kind, seen, span, options)
            score = _score(
                state, kind, seen, normal=normal, memory=memory, method=method, options=options
            )
            limit = _limit(kind, minutes, part, memory=memory, method=method, options=options)
            excess = (_events(kind, seen) - _events(kind, normal)) / (span * options.step_minutes)
            if score / limit >= best.strength:
                length = span * options.step_minutes
                best = Verdict(score / limit, score, length, seen, normal, excess)
        if state.profile.mentions.knows_a_day:
            memory.tail.see(score, now, watch.quiet)
    return best


def window_counts(closed: ClosedPart, kind: Kind, steps: int) -> tuple[WindowCounts, int]:
    """Counts of the last steps, and how many steps these are (fewer after a new version)."""
    if kind == "volume":
        span = min(steps, len(closed.total))
        return WindowCounts(sum(closed.total[-span:]), 0, 0), span
    span = min(steps, len(closed.scored))
    if not span:
        return WindowCounts(0, 0, 0), 1
    rings = (closed.total, closed.scored, closed.negative, closed.weight)
    total, scored, negative, weight = (sum(ring[-span:]) for ring in rings)
    return WindowCounts(total, scored, negative, weight / closed.share.grain), span


def expected_counts(
    state: BrandState, kind: Kind, seen: WindowCounts, span: int, options: BuzzOptions
) -> WindowCounts:
    """What the profile expects of the last `span` steps, in what the model would call them."""
    size = options.step_minutes
    end = state.closed.until * size
    total = max(state.profile.mentions.expected(end, span * size, size), _LEAST_EXPECTED)
    if kind == "volume":
        return WindowCounts(total, 0, 0)
    total *= _local_level(state, span, options)
    hour = (end - span * size // 2) // HOUR
    share = state.closed.share.expect(state.profile.share(hour, size))
    scored = total * (seen.scored / seen.total if seen.total else 1.0)
    negative = scored * share
    return WindowCounts(total, scored, negative, negative * state.closed.share.evidence)


def _local_level(state: BrandState, span: int, options: BuzzOptions) -> float:
    """Mentions of the hour before the window, as a multiple of what the profile expected there.

    Traffic swings slowly around its profile; what the last hour was above it, the next minutes will
    be. Shrunk towards 1 with the weight of 30 mentions.
    """
    known = len(state.closed.total)
    before = state.closed.total[max(known - span - options.steps(HOUR), 0) : known - span]
    if not before:
        return 1.0
    size = options.step_minutes
    end = (state.closed.until - span) * size
    expected = state.profile.mentions.expected(end, len(before) * size, size)
    return (sum(before) + _LEVEL_PRIOR) / (expected + _LEVEL_PRIOR)


_LEAST_EXPECTED = 0.5
_LEVEL_PRIOR = 30.0


def _events(kind: Kind, counts: WindowCounts) -> float:
    return counts.negative if kind == "negative" else counts.total


def _limit(
    kind: Kind, minutes: int, part: float, *, memory: WindowMemory, method: Method,
    options: BuzzOptions,
) -> float:  # fmt: skip
    fixed = options.limit if options.limit is not None else method.limit(kind)
    if fixed is not None:
        return fixed
    watch = options.watch(kind)
    return memory.tail.limit(
        options.false_alarms_per_week * watch.budget * part, watch.prior, minutes
    )


def _score(
    state: BrandState,
    kind: Kind,
    seen: WindowCounts,
    *,
    normal: WindowCounts,
    memory: WindowMemory,
    method: Method,
    options: BuzzOptions,
) -> float:
    score = method.score(kind, seen, normal, memory)
    now = state.closed.until * options.step_minutes
    if kind == "volume" or state.closed.share.settled(now):
        return score
    # A new version's share proves nothing yet; its number of mentions must stand out as well.
    by_volume = count_surprise(seen.total, normal.total, memory.total.value)
    return min(score, math.sqrt(by_volume))
