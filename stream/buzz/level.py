"""How busy a brand was just before a short window, beside what is normal at that hour."""

from stream.buzz.brand import BrandState
from stream.buzz.options import HOUR, BuzzOptions, Scale, level_of
from stream.buzz.windows import Tally


def local_level(
    state: BrandState, scale: Scale, own: Tally, options: BuzzOptions, spread: float
) -> float:
    """Mentions of the hour before a window, as a multiple of those expected there.

    Traffic swings slowly around its profile: what the last hour was above it, the next minutes
    will be. A gamma prior of mean 1 varies as an hour varies around the profile (empirical Bayes),
    so that few mentions or a steady brand leave the level near 1. It is taken for negatives alone:
    the number of all mentions rises and falls fast by itself, and a lower level would raise alarms.

    Args:
        state: of the brand.
        scale: of the window.
        own: what the window holds.
        options: of the detector.
        spread: `hourly_spread`.
    """
    if not scale.is_local:
        return 1.0
    steps = scale.steps + options.steps(HOUR)
    seen, usual = state.closed.windows.busy(level_of(steps), steps)
    prior = 1 / spread
    return (max(seen - own.total, 0.0) + prior) / (max(usual - own.usual, 0.0) + prior)


def hourly_spread(state: BrandState, options: BuzzOptions) -> float:
    """How an hour's mentions vary around the profile: relative variance beyond chance."""
    memories = zip(options.scales, state.memory.scales["volume"], strict=True)
    return next((memory.spread.value for scale, memory in memories if scale.minutes >= HOUR), 1.0)
