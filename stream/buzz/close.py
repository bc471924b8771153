"""Closing a step and an hour of event time: from what was counted to what is remembered."""

from collections.abc import Mapping

from stream.buzz.brand import VOTES, BrandState, ClosedPart, OpenStep
from stream.buzz.judge import expected_counts, window_counts
from stream.buzz.methods import Method
from stream.buzz.options import HOUR, KINDS, BuzzOptions
from stream.buzz.share import Rates

_MANY, _STAY = 0.2, 15
"""Where near copies are more than that part of the negatives, they are looked for as many minutes
on: else those that are taken for new ones whenever an alert is no longer near would open one."""
_BACKGROUND = 10
"""Texts of each sort that an hour gives to the background words."""


def close_step(state: BrandState, rates: Mapping[str, Rates], options: BuzzOptions) -> None:
    """Move the first open step into the closed ones."""
    closed = state.closed
    step = state.open.steps.pop(state.open.until, None) or OpenStep()
    version, (scored, negative, weight, square) = _loudest(step, closed.share.version)
    if version != closed.share.version:
        _change_version(closed, version, rates.get(version, Rates()), options)
    longest = _longest(options)
    for ring, value in (
        (closed.total, step.total),
        (closed.copies, step.copies),
        (closed.scored, scored),
        (closed.negative, negative),
        (closed.weight, weight),
    ):
        ring.append(value)
        if len(ring) > longest:
            del ring[0]
    closed.hour_steps += 1
    closed.hour_total += step.total
    closed.hour_scored += scored
    closed.hour_negative += negative
    closed.hour_weight += weight
    closed.hour_square += square
    if step.near > _MANY * negative:
        state.open.near_until = max(state.open.near_until, state.open.until + options.steps(_STAY))
    state.texts.add(step.negative, step.other, step.copied)
    state.open.until += 1
    closed.until += 1


def _loudest(step: OpenStep, current: str) -> tuple[str, list[int]]:
    """The version that scored most of a step; the others' few are left out of the share."""
    if not step.votes:
        return current, [0] * VOTES
    version = max(step.votes, key=lambda name: (step.votes[name][0], name == current, name))
    return version, step.votes[version]


def _change_version(closed: ClosedPart, version: str, rates: Rates, options: BuzzOptions) -> None:
    closed.share.change(version, rates, closed.until * options.step_minutes)
    closed.begin_anew()
    closed.hour_scored = closed.hour_negative = closed.hour_weight = closed.hour_square = 0


def close_hour(state: BrandState, method: Method, options: BuzzOptions) -> None:
    """Learn what is normal from the hour that ends now."""
    closed, profile = state.closed, state.profile
    _learn_windows(state, method, options)
    hour = (closed.until * options.step_minutes - 1) // HOUR
    total = closed.hour_total / closed.hour_steps
    share = profile.share(hour, options.step_minutes)
    if closed.hour_scored:
        rates = closed.share.rates
        true = (closed.hour_negative / closed.hour_scored - rates.false_positive) / rates.slope
        profile.negatives.learn(hour, true * total)
        closed.share.learn(closed.hour_scored, closed.hour_negative, share)
        closed.share.weigh(closed.hour_negative, closed.hour_weight, closed.hour_square)
    elif not closed.hour_total:
        profile.negatives.learn(hour, 0.0)
    profile.mentions.learn(hour, total)
    if not any(alarm.is_open for alarm in closed.alarms.values()):
        for samples in (state.texts.negative, state.texts.other):
            lowest = sorted(samples, key=lambda sample: sample.digest)[:_BACKGROUND]
            profile.words.learn(sample.text for sample in lowest)
    state.digests.recent.turn()
    state.digests.sketches.turn()
    closed.hour_steps = closed.hour_total = closed.hour_scored = closed.hour_negative = 0
    closed.hour_weight = closed.hour_square = 0
    state.changed.add("profile")


def _learn_windows(state: BrandState, method: Method, options: BuzzOptions) -> None:
    for kind in KINDS:
        pairs = zip(options.watch(kind).windows, state.closed.memory[kind], strict=True)
        for (minutes, _), memory in pairs:
            seen, span = window_counts(state.closed, kind, options.steps(minutes))
            normal = expected_counts(state, kind, seen, span, options)
            if state.profile.mentions.knows_a_day:
                method.learn(kind, seen, normal, memory)
            memory.tail.age()


def skip_quiet(state: BrandState, end: int, options: BuzzOptions) -> bool:
    """Close empty steps of an idle brand at once, up to `end` or the last one of the hour.

    Returns whether there were any; the state is then what closing one by one would have left.
    """
    if not _is_quiet(state):
        return False
    closed, size = state.closed, options.step_minutes
    hour_end = -(-(closed.until + 1) * size // HOUR) * HOUR
    last = min(end, -(-hour_end // size) - 1)
    skipped = last - closed.until
    if skipped <= 0:
        return False
    for ring in (closed.total, closed.copies, closed.scored, closed.negative, closed.weight):
        ring.extend([0] * skipped)
        del ring[: max(len(ring) - _longest(options), 0)]
    closed.hour_steps += skipped
    closed.until = state.open.until = last
    return True


def _is_quiet(state: BrandState) -> bool:
    closed = state.closed
    return not (
        state.open.steps
        or any(closed.total)
        or any(alarm.is_open for alarm in closed.alarms.values())
        or any(memory.tail.peak for kind in KINDS for memory in closed.memory[kind])
    )


def _longest(options: BuzzOptions) -> int:
    return options.steps(max(minutes for k in KINDS for minutes, _ in options.watch(k).windows))
