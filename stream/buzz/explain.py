"""From a transition to the record that tells a person what is going on."""

from collections.abc import Sequence
from dataclasses import dataclass

from sentiment.alerts import BuzzAlert, Measure, SampleTweet, TellingWord, alert_id, at_minute
from stream.buzz.alarm import State
from stream.buzz.brand import BrandState
from stream.buzz.duplicates import similar, terms
from stream.buzz.judge import Verdict
from stream.buzz.options import BuzzOptions, Kind
from stream.buzz.texts import SampleText
from stream.buzz.words import distinguishing

_WORDS = 10
_SAMPLES = 5
_ALIKE = 0.5
_LEAST_SHARE = 0.001


@dataclass(frozen=True, slots=True)
class Transition:
    """An alert opened, worsened or closed. Times in minutes since 1970."""

    kind: Kind
    state: State
    opened: int
    minute: int
    verdict: Verdict


def explain(state: BrandState, transition: Transition, options: BuzzOptions) -> BuzzAlert:
    """The record for `buzz.alerts`, from the state in which the transition happened."""
    verdict, minute = transition.verdict, transition.minute
    negative = transition.kind == "negative"
    words, samples = telling_texts(state, transition.kind, verdict.minutes, options)
    steps = options.steps(verdict.minutes)
    return BuzzAlert(
        id=alert_id(state.brand, transition.kind, transition.opened),
        brand=state.brand,
        kind=transition.kind,
        state=transition.state,
        opened_at=at_minute(transition.opened),
        at=at_minute(minute),
        window_start=at_minute(minute - verdict.minutes),
        window_end=at_minute(minute),
        volume=Measure(now=verdict.seen.total, expected=verdict.normal.total),
        **(_negative_figures(state, transition) if negative else {}),
        copies=sum(state.closed.copies[-steps:]),
        strength=verdict.strength,
        words=words,
        samples=samples,
        model_version=state.closed.share.version or None,
    )


def telling_texts(
    state: BrandState, kind: Kind, minutes: int, options: BuzzOptions
) -> tuple[list[TellingWord], list[SampleTweet]]:
    """The words that set a window of so many minutes apart, and tweets that hold most of them."""
    here, others = state.texts.since(state.closed.until - options.steps(minutes))
    if kind == "volume":
        here, others = here + others, []
    ranked = distinguishing(
        [sample.text for sample in here],
        [sample.text for sample in others],
        state.profile.words,
        _WORDS,
    )
    telling = [TellingWord(word=word, z=round(z, 2)) for word, z in ranked]
    return telling, _different(here, frozenset(word for word, _ in ranked))


def _negative_figures(state: BrandState, transition: Transition) -> dict[str, Measure | float]:
    seen, normal = transition.verdict.seen, transition.verdict.normal
    rates = state.closed.share.rates
    now, expected = rates.corrected(seen.share), rates.corrected(normal.share)
    return {
        "share": Measure(now=now, expected=expected),
        "negatives": Measure(now=seen.negative, expected=normal.negative),
        "odds": _odds(now) / _odds(expected),
    }


def _odds(share: float) -> float:
    inside = min(max(share, _LEAST_SHARE), 1 - _LEAST_SHARE)
    return inside / (1 - inside)


def _different(samples: Sequence[SampleText], telling: frozenset[str]) -> list[SampleTweet]:
    """Five texts that hold most of the telling words and are not alike."""
    chosen: list[tuple[frozenset[str], SampleText]] = []
    held = [(frozenset(terms(sample.text)), sample) for sample in samples]
    held.sort(key=lambda pair: (-len(pair[0] & telling), pair[1].digest))
    for own, sample in held:
        if len(chosen) == _SAMPLES:
            break
        if not any(similar(own, other, _ALIKE) for other, _ in chosen):
            chosen.append((own, sample))
    return [
        SampleTweet(id=sample.id, text=sample.text, p_negative=sample.p_negative)
        for _, sample in chosen
    ]
