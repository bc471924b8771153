"""Closing a step and an hour of event time: from what was counted to what is remembered."""

import math
from collections.abc import Mapping
from itertools import pairwise

from stream.buzz.brand import (
    LEAST_COPIES,
    PARTS,
    VOTES,
    BrandState,
    HourSums,
    OpenStep,
    new_brand,
)
from stream.buzz.content import own_names
from stream.buzz.evidence import CERTAIN
from stream.buzz.expectation import Forecast
from stream.buzz.judge import look
from stream.buzz.methods import Method
from stream.buzz.options import DAY, FORGET_DAYS, HOUR, KINDS, BuzzOptions
from stream.buzz.proven import learn_groups
from stream.buzz.share import ModelShare, Rates
from stream.buzz.windows import Tally

_MANY, _STAY = 0.2, 15
"""If near copies exceed that part of a step's negatives, keep looking for them for that many
minutes. Otherwise copies that look new would open a false alert."""
_CALM, _IN_ALERT = 3.0, 1.0
"""Standard deviations above what is expected, up to which an hour is learned."""
_SPREAD = 0.1


def close_step(state: BrandState, rates: Mapping[str, Rates], options: BuzzOptions) -> None:
    """Move the first open step into the closed ones."""
    closed, number = state.closed, state.open.until
    step = state.open.steps.pop(number, None) or OpenStep()
    version, votes = _loudest(step, closed.share.version)
    if version != closed.share.version:
        minute = closed.until * options.step_minutes
        closed.share.change(version, rates.get(version, Rates()), minute)
        closed.begin_anew()
    scored, negative, weight, square = votes
    usual, share = _expected(state, number, step.total, options)
    part = scored / step.total if step.total else 1.0
    closed.windows.add(number, Tally(
        step.total, step.plain, scored, negative, weight, step.copies,
        usual, usual * part * share, scored * share,
    ))  # fmt: skip
    hour = closed.hour
    hour.total += step.total
    hour.plain += step.plain
    hour.scored += scored
    hour.negative += negative
    hour.weight += weight
    hour.square += square
    closed.silent = 0 if step.total or step.copies else closed.silent + 1
    if step.near > _MANY * negative:
        state.open.near_until = max(state.open.near_until, number + options.steps(_STAY))
    state.texts.add(step.negative, step.other, step.copied)
    state.open.until = closed.until = number + 1


def _expected(
    state: BrandState, number: int, total: float, options: BuzzOptions
) -> tuple[float, float]:
    """Mentions expected in a step, and the share that the model calls negative."""
    ahead = state.forecast(options.step_minutes)
    usual = ahead.usual(number, number + 1) if ahead.hours else total
    return usual, state.closed.share.expect(ahead.share(ahead.now))


def _loudest(step: OpenStep, current: str) -> tuple[str, list[int]]:
    """The version that scored most of a step. The share ignores what other versions scored."""
    if not step.votes:
        return current, [0] * VOTES
    version = max(step.votes, key=lambda name: (step.votes[name][0], name == current, name))
    return version, step.votes[version]


def close_hour(state: BrandState, method: Method, options: BuzzOptions) -> None:
    """Learn what is normal from the hour that ends now; with an alert in it, no more than usual."""
    closed = state.closed
    is_open = any(alarm.is_open for alarm in closed.alarms.values())
    unusual = is_open or closed.was_open
    if not unusual:
        _learn_windows(state, method, options)
        learn_groups(state, options)
    if closed.hour.total:
        learn_hour(state, (closed.until * options.step_minutes - 1) // HOUR, unusual, options)
    if not unusual:
        learned = state.texts.sample_of(closed.until - options.steps(HOUR), closed.until)
        state.profile.words.learn((one.text for one in learned), own_names(state.brand))
    state.digests.reach(closed.until * options.step_minutes // HOUR)
    closed.hour, closed.was_open = HourSums(), is_open
    state.last_forecast = None
    per_hour = state.forecast(options.step_minutes).overall * HOUR / options.step_minutes
    closed.most_copies = max(LEAST_COPIES, round(per_hour))
    state.changed.update(("memory", "profile"))


def learn_hour(state: BrandState, last: int, unusual: bool, options: BuzzOptions) -> None:
    """Learn how many mentions are normal, and how many of them negative, from `closed.hour`.

    Args:
        state: of the brand; its profile and share are changed.
        last: the hour, or the last of those that a step holds, in hours since 1970.
        unusual: whether an alert was open in it.
        options: of the detector.
    """
    closed, profile, sums = state.closed, state.profile, state.closed.hour
    size = options.step_minutes
    hours = range(last - max(size // HOUR, 1) + 1, last + 1)
    if hours[0] < profile.mentions.since:  # begun within it
        return
    ahead = Forecast(profile.mentions, profile.negatives, hours[0], size)
    steps = max(HOUR // size, 1)
    taken = _taken(ahead, sums.total, steps, unusual) / steps
    share = ahead.share(last)
    true = 0.0
    if sums.scored:
        true = min(_true_share(state, sums), _most_share(share, sums.scored, unusual))
        closed.share.weigh(sums.negative, sums.weight, sums.square)
        if not unusual:
            closed.share.learn(sums.scored, sums.negative, share)
    if not unusual:
        closed.share.learn_praise(sums.plain / CERTAIN, sums.total)
    for hour in hours:
        profile.mentions.learn(hour, taken)
        if sums.scored:
            profile.negatives.learn(hour, true * taken)


def _true_share(state: BrandState, sums: HourSums) -> float:
    rates = state.closed.share.rates
    return (sums.negative / sums.scored - rates.false_positive) / rates.slope


def _most_share(usual: float, scored: int, unusual: bool) -> float:
    # Error rates that do not fit the brand bring its corrected share below 0 or above 1.
    usual = min(max(usual, 0.0), 1.0)
    chance = math.sqrt(usual * (1 - usual) * (1 / scored + _SPREAD))
    return usual + (_IN_ALERT if unusual else _CALM) * chance


def _taken(ahead: Forecast, total: int, steps: int, unusual: bool) -> float:
    """Mentions of an hour, limited to what can be normal."""
    if not ahead.knows_a_day:
        return float(total)
    usual = ahead.mean(ahead.now).mean * steps
    deviation = math.sqrt(usual + _SPREAD * usual**2)
    return min(float(total), usual + (_IN_ALERT if unusual else _CALM) * deviation + 1)


def _learn_windows(state: BrandState, method: Method, options: BuzzOptions) -> None:
    if not state.forecast(options.step_minutes).knows_a_day:
        return
    for place, window in look(state, options, every=True):
        for kind in KINDS:
            method.learn(kind, window, state.memory.scales[kind][place])


def close_silence(state: BrandState, first: int, options: BuzzOptions) -> None:
    """Close the empty steps up to `first` at once. The work does not depend on their number.

    What happened before a very long silence is forgotten.
    """
    closed, size = state.closed, options.step_minutes
    start = closed.until
    if (first - start) * size > FORGET_DAYS * DAY:
        begin_anew(state, first, options)
        return
    ended = first * size // HOUR - start * size // HOUR
    if ended:
        if closed.hour.total:
            learn_hour(state, start * size // HOUR, closed.was_open, options)
        closed.hour, closed.was_open = HourSums(), False
    state.digests.reach(first * size // HOUR)
    closed.bets.clear()
    for kind in KINDS:
        closed.calm(kind)
        for memory in state.memory.scales[kind]:
            memory.tail.end(start * size // HOUR)
    state.open.until = closed.until = first
    closed.silent += first - start
    ahead, levels = state.forecast(size), closed.share
    closed.windows.skip(start, first, lambda begin, end: _nothing(ahead, levels, begin, end, size))
    state.changed.update(PARTS)


def _nothing(ahead: Forecast, share: ModelShare, begin: int, end: int, size: int) -> Tally:
    """Steps without a mention."""
    pieces = max(-(-(end - begin) * size // HOUR), 1)
    bounds = [begin + (end - begin) * piece / pieces for piece in range(pieces + 1)]
    usual = sum(ahead.usual(one, other) for one, other in pairwise(bounds))
    called = share.expect(ahead.share(begin * size // HOUR))
    return Tally(usual=usual, usual_negative=usual * called)


def begin_anew(state: BrandState, first: int, options: BuzzOptions) -> None:
    """Reset a brand to an unknown one. Its open steps from `first` on are kept."""
    new = new_brand(state.brand, options)
    state.digests, state.closed, state.texts = new.digests, new.closed, new.texts
    state.memory, state.profile, state.last_forecast = new.memory, new.profile, None
    state.open.near_until = -1
    state.open.fresh, state.open.fresh_keys = [], []
    start_at(state, first, options)


def start_at(state: BrandState, first: int, options: BuzzOptions) -> None:
    """Begin with the step `first`: the brand has no closed step yet."""
    state.open.until = state.open.since = state.closed.until = first
    since = -(-first * options.step_minutes // HOUR)
    for profile in (state.profile.mentions, state.profile.negatives):
        profile.since = profile.at = since
    state.changed.update(PARTS)
