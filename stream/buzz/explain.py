"""From a transition to the record that tells a person what is going on."""

from dataclasses import dataclass

from sentiment.alerts import (
    BuzzAlert,
    FalseAlarmBound,
    Measure,
    SampleTweet,
    TellingWord,
    alert_id,
    at_minute,
)
from sentiment.reasons import ReasonModel
from stream.buzz.alarm import State
from stream.buzz.brand import BrandState
from stream.buzz.content import own_names
from stream.buzz.examples import examples
from stream.buzz.judge import Verdict
from stream.buzz.options import HOUR, NOTIFYING, BuzzOptions, Kind
from stream.buzz.telling import telling_terms

_WORDS = 10
_LEAST_SHARE = 0.001


@dataclass(frozen=True, slots=True)
class Transition:
    """An alert opened, worsened or closed. Times in minutes since 1970."""

    kind: Kind
    state: State
    opened: int
    minute: int
    verdict: Verdict


def explain(
    state: BrandState,
    transition: Transition,
    options: BuzzOptions,
    reasons: ReasonModel | None = None,
) -> BuzzAlert:
    """The record for `buzz.alerts`, from the state in which the transition happened.

    Args:
        state: of the brand.
        transition: what happened.
        options: of the detector.
        reasons: tells what complaints are about; None: nobody knows.
    """
    verdict, minute = transition.verdict, transition.minute
    scored = transition.verdict.window.seen.scored > 0
    words, samples = telling_texts(state, transition.kind, verdict.window.minutes, options)
    return BuzzAlert(
        id=alert_id(state.brand, transition.kind, transition.opened),
        brand=state.brand,
        kind=transition.kind,
        state=transition.state,
        opened_at=at_minute(transition.opened),
        at=at_minute(minute),
        window_start=at_minute(minute - verdict.window.minutes),
        window_end=at_minute(minute),
        volume=Measure(now=verdict.window.seen.total, expected=verdict.window.normal.total),
        **(_negative_figures(state, transition) if scored else {}),
        copies=round(_copies(state, verdict, options)),
        strength=verdict.strength,
        reason=_reason(state, verdict.window.minutes, options, reasons),
        words=words,
        samples=samples,
        model_version=state.closed.share.version or None,
        notifies=transition.kind in NOTIFYING,
        bound=_bound(state, transition.kind, options),
    )


def _reason(
    state: BrandState, minutes: int, options: BuzzOptions, reasons: ReasonModel | None
) -> str | None:
    """What the negatives of the window are about."""
    if reasons is None:
        return None
    negative, _ = state.texts.since(state.closed.until - options.steps(minutes))
    return reasons.common(sample.text for sample in negative)


def telling_texts(
    state: BrandState, kind: Kind, minutes: int, options: BuzzOptions
) -> tuple[list[TellingWord], list[SampleTweet]]:
    """The terms that set a window of so many minutes apart, and tweets that hold most of them."""
    here, others = state.texts.since(state.closed.until - options.steps(minutes))
    if kind != "negative":
        here, others = here + others, []
    own = own_names(state.brand)
    ranked = telling_terms(state, here, others, minutes, _WORDS, options)
    telling = [TellingWord(word=word, z=round(z, 2)) for word, z in ranked]
    return telling, examples(here, frozenset(word for word, _ in ranked), own)


def _negative_figures(state: BrandState, transition: Transition) -> dict[str, Measure | float]:
    seen, normal = transition.verdict.window.seen, transition.verdict.window.normal
    rates = state.closed.share.rates
    now, expected = rates.corrected(seen.share), rates.corrected(transition.verdict.window.share)
    return {
        "share": Measure(now=now, expected=expected),
        "negatives": Measure(now=seen.negative, expected=normal.negative),
        "odds": _odds(now) / _odds(expected),
    }


def _bound(state: BrandState, kind: Kind, options: BuzzOptions) -> FalseAlarmBound | None:
    if options.method != "e-detector" or kind not in NOTIFYING:
        return None
    return FalseAlarmBound(
        hours_between=options.steps_between * options.step_minutes / HOUR,
        drift=options.drift,
        group=round(state.memory.groups.largest, 2),
    )


def _copies(state: BrandState, verdict: Verdict, options: BuzzOptions) -> float:
    return state.closed.windows.last(options.scales[verdict.place]).copies


def _odds(share: float) -> float:
    inside = min(max(share, _LEAST_SHARE), 1 - _LEAST_SHARE)
    return inside / (1 - inside)
