"""The terms that set a window of a brand apart from what is usually said about it."""

from collections.abc import Iterable, Sequence

from stream.buzz.brand import BrandState
from stream.buzz.content import own_names
from stream.buzz.options import HOUR, BuzzOptions
from stream.buzz.texts import SampleText
from stream.buzz.words import Background, distinguishing


def telling_terms(
    state: BrandState,
    samples: Sequence[SampleText],
    others: Iterable[SampleText],
    minutes: int,
    most: int,
    options: BuzzOptions,
) -> list[tuple[str, float]]:
    """Terms of the samples, the most telling first, each with its z-score (`distinguishing`).

    Args:
        state: of the brand.
        samples: of the window that ends now, of which the alert is about.
        others: of the same window.
        minutes: length of the window.
        most: terms to name.
        options: of the detector.
    """
    return distinguishing(
        [sample.text for sample in samples],
        [sample.text for sample in others],
        _usual(state, minutes, options),
        most,
        own_names(state.brand),
    )


def _usual(state: BrandState, minutes: int, options: BuzzOptions) -> Background:
    """What was usual before the window: of what burns slowly, the brand has learned some hours."""
    steps, until = options.steps(HOUR), state.closed.until
    first = (until - options.steps(minutes)) // steps * steps
    learned = [
        sample.text
        for start in range(first, until - steps, steps)
        for sample in state.texts.sample_of(start, start + steps)
    ]
    return state.profile.words.without(learned, own_names(state.brand))
