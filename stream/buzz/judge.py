"""How strongly the windows of a brand stand out now."""

import math
from collections import Counter
from dataclasses import dataclass, replace

from stream.buzz.brand import BrandState, ClosedPart
from stream.buzz.duplicates import distinct_part
from stream.buzz.methods import Method, WindowCounts, WindowMemory
from stream.buzz.options import HOUR, BuzzOptions, Kind
from stream.buzz.surprise import count_surprise


@dataclass(frozen=True, slots=True)
class Verdict:
    """The window that stands out most.

    Attributes:
        strength: score as a multiple of the limit; an alert opens above 1.
        score: of the method.
        place: of the window in the options.
        minutes: length of the window.
        seen: what it holds.
        normal: what was expected in it.
        excess: events a minute above those expected.
    """

    strength: float
    score: float
    place: int
    minutes: int
    seen: WindowCounts
    normal: WindowCounts
    excess: float


_CALM = Verdict(0.0, 0.0, 0, 0, WindowCounts(0, 0, 0), WindowCounts(0, 0, 0), 0.0)


def judge(state: BrandState, kind: Kind, method: Method, options: BuzzOptions) -> Verdict:
    """Judge all windows of a kind and let their tails see the scores."""
    best = _CALM
    watch, closed = options.watch(kind), state.closed
    now = closed.until * options.step_minutes
    for place, (minutes, part) in enumerate(watch.windows):
        memory = closed.memory[kind][place]
        seen, span = window_counts(closed, kind, options.steps(minutes))
        score = 0.0
        if _events(kind, seen) >= watch.least or closed.alarms[kind].is_open:
            normal = expected_counts(state, kind, seen, span, options)
            score = _score(
                state, kind, seen, normal=normal, memory=memory, method=method, options=options
            )
            limit = _limit(kind, part, memory, method, options)
            excess = (_events(kind, seen) - _events(kind, normal)) / (span * options.step_minutes)
            if score / limit >= best.strength:
                length = span * options.step_minutes
                best = Verdict(score / limit, score, place, length, seen, normal, excess)
        if state.profile.mentions.knows_a_day:
            memory.tail.see(score, now, watch.quiet)
    return best


def without_near_copies(
    state: BrandState, kind: Kind, verdict: Verdict, method: Method, options: BuzzOptions
) -> Verdict:
    """The same window once more, near copies taken as one text, by the sample of its texts."""
    left = _distinct(state, kind, options.steps(verdict.minutes))
    if left == 1.0:
        return verdict
    seen = verdict.seen
    gone = _events(kind, seen) * (1 - left)
    thinned = (
        WindowCounts(seen.total - gone, seen.scored - gone, seen.negative - gone)
        if kind == "negative"
        else replace(seen, total=seen.total - gone)
    )
    memory = state.closed.memory[kind][verdict.place]
    part = options.watch(kind).windows[verdict.place][1]
    score = _score(
        state, kind, thinned, normal=verdict.normal, memory=memory, method=method, options=options
    )
    strength = score / _limit(kind, part, memory, method, options)
    return replace(verdict, strength=strength, score=score, seen=thinned)


def _distinct(state: BrandState, kind: Kind, steps: int) -> float:
    """Part of a window's events that is left without near copies; a text of a crowded step stands
    for more than one of a quiet step."""
    closed = state.closed
    negative, other = state.texts.since(closed.until - steps)
    samples = negative if kind == "negative" else negative + other
    ring = closed.negative if kind == "negative" else closed.total
    held = Counter(sample.step for sample in samples)
    known = [sample for sample in samples if closed.until - sample.step <= len(ring)]
    weights = [ring[sample.step - closed.until] / held[sample.step] for sample in known]
    return distinct_part([sample.text for sample in known], weights)


def window_counts(closed: ClosedPart, kind: Kind, steps: int) -> tuple[WindowCounts, int]:
    """Counts of the last steps, and how many steps these are (fewer after a new version)."""
    if kind == "volume":
        span = min(steps, len(closed.total))
        return WindowCounts(sum(closed.total[-span:]), 0, 0), span
    span = min(steps, len(closed.scored))
    if not span:
        return WindowCounts(0, 0, 0), 1
    return (
        WindowCounts(
            sum(closed.total[-span:]), sum(closed.scored[-span:]), sum(closed.negative[-span:])
        ),
        span,
    )


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
    return WindowCounts(total, scored, scored * share)


def _local_level(state: BrandState, span: int, options: BuzzOptions) -> float:
    """Mentions of the hours before the window, as a multiple of what the profile expected there.

    Traffic swings slowly around its profile; what the last hours were above it, the next minutes
    will be. Shrunk towards 1 with the weight of 30 mentions.
    """
    before = state.closed.total[: len(state.closed.total) - span]
    if len(before) < span:
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
    kind: Kind, part: float, memory: WindowMemory, method: Method, options: BuzzOptions
) -> float:
    fixed = options.limit if options.limit is not None else method.limit(kind)
    if fixed is not None:
        return fixed
    return memory.tail.limit(options.false_alarms_per_week * options.watch(kind).budget * part)


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
