"""The hours of a brand for people to look back at: what was said, and what was expected."""

from sentiment.alerts import at_minute
from sentiment.hours import BrandHour, Expected
from stream.buzz.brand import BrandState
from stream.buzz.expectation import Forecast
from stream.buzz.options import HOUR, BuzzOptions


def ended_hour(state: BrandState, options: BuzzOptions) -> BrandHour:
    """The hour that ends now. Call it before the detector learns from it."""
    sums, profile = state.closed.hour, state.profile
    hour = (state.closed.until * options.step_minutes - 1) // HOUR
    before = Forecast(profile.mentions, profile.negatives, hour, options.step_minutes)
    share = None
    if sums.scored:
        share = state.closed.share.rates.corrected(sums.negative / sums.scored)
    return BrandHour(
        brand=state.brand,
        start=at_minute(hour * HOUR),
        mentions=sums.total,
        scored=sums.scored,
        negatives=sums.negative,
        share=None if share is None else min(max(share, 0.0), 1.0),
        expected=_expected(state, before, hour, options),
    )


def with_following(ended: BrandHour, state: BrandState, options: BuzzOptions) -> BrandHour:
    """The same, with what is expected of the hour after it. Call it once the detector learned."""
    after = state.forecast(options.step_minutes)
    following = _expected(state, after, after.now, options)
    return ended.model_copy(update={"following": following})


def _expected(
    state: BrandState, ahead: Forecast, hour: int, options: BuzzOptions
) -> Expected | None:
    if not ahead.knows_a_day:
        return None
    place = min(range(len(options.scales)), key=lambda one: abs(options.scales[one].minutes - HOUR))
    spread = state.memory.scales["volume"][place].spread.value
    return Expected(
        mentions=ahead.mean(hour).mean * HOUR / options.step_minutes,
        spread=spread * ahead.stretch(HOUR) + ahead.doubt(HOUR),
        share=min(max(ahead.share(hour), 0.0), 1.0),
    )
