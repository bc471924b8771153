"""The proven mode of a brand: what its bets expect, and the verdict on what they have gathered."""

from collections.abc import Sequence

from stream.buzz.brand import BrandState
from stream.buzz.evidence import CERTAIN
from stream.buzz.judge import Verdict, window
from stream.buzz.methods import Window
from stream.buzz.options import BLOCK, HOUR, BuzzOptions
from stream.buzz.windows import Tally

_RECENT = 10
"""Minutes whose other mentions tell how busy the brand is."""
_MOST_SHARE = 0.95
_LEAST_STRENGTH = 0.5
_PLACES = {name: place for place, name in enumerate(Tally._fields)}


def bet(state: BrandState, options: BuzzOptions) -> None:
    """Bet on the step that was closed last, once the brand is known and its version as well."""
    closed, size = state.closed, options.step_minutes
    known = (closed.until - state.open.since) * size >= options.warmup_hours * HOUR
    if not (
        known and state.forecast(size).knows_a_day and closed.share.settled(closed.until * size)
    ):
        closed.bets.clear()
        return
    weight = closed.windows.levels[0].columns[_PLACES["weight"]][-1] / CERTAIN
    closed.bets.follow(
        closed.until,
        weight,
        options.drift * expected_weight(state, options),
        state.memory.groups.largest,
        options.steps_between,
    )


def expected_weight(state: BrandState, options: BuzzOptions) -> float:
    """The weight of the negatives that was learned for the step that was closed last.

    It is the larger of two: by the profile of this hour, and by the other mentions of the ten
    minutes before at the usual share, so that a rush of all mentions is normal.
    """
    closed = state.closed
    share, ahead = closed.share, state.forecast(options.step_minutes)
    heavy = share.evidence * share.grain / CERTAIN
    columns = closed.windows.levels[0].columns
    by_profile = columns[_PLACES["usual_negative"]][-1] * heavy
    steps = options.steps(_RECENT)
    scored, weights = (columns[_PLACES[name]][-steps - 1 : -1] for name in ("scored", "weight"))
    others = (sum(scored) - sum(weights) / CERTAIN) / steps
    usual = min(share.expect(ahead.share(ahead.now)) * heavy, _MOST_SHARE)
    return max(by_profile, others * usual / (1 - usual))


def learn_groups(state: BrandState, options: BuzzOptions) -> None:
    """Learn from the hour that ends now in which groups its negatives came."""
    steps = max(HOUR // options.step_minutes, 1)
    level = 1 if steps > 2 * BLOCK else 0
    weights = state.closed.windows.levels[level].columns[_PLACES["weight"]]
    blocks = [weight / CERTAIN for weight in weights[-(steps // BLOCK**level + 1) :]]
    state.memory.groups.learn(blocks)


def proven_verdict(
    state: BrandState, windows: Sequence[tuple[int, Window]], options: BuzzOptions
) -> Verdict:
    """The strength of what was gathered, with the window in which it was.

    Args:
        state: of the brand.
        windows: that are looked at now.
        options: of the detector.
    """
    closed = state.closed
    strength = closed.bets.strength(options.steps_between)
    place, found = windows[0]
    if strength > _LEAST_STRENGTH or closed.alarms["negative"].is_open:
        place = _scale_since(closed.bets.calm, closed.until, options)
        found = window(state, options.scales[place], options)
    seen, normal = found.seen, found.normal
    if not closed.alarms["negative"].is_open and seen.evidence < options.negative.least:
        strength = 0.0
    closed.strengths["negative"] = [round(strength, 4)] * len(options.scales)
    excess = (seen.evidence - normal.evidence) / found.minutes
    return Verdict(strength, strength, place, found, excess)


def _scale_since(begun: int, until: int, options: BuzzOptions) -> int:
    """The place of the shortest scale that reaches back to a step; else the longest."""
    scales = options.scales
    return next(
        (place for place, scale in enumerate(scales) if scale.steps >= until - begun),
        len(scales) - 1,
    )
