"""The same streams of a smaller brand, or begun later: a setting that holds, holds there too."""

from dataclasses import replace
from datetime import timedelta

import numpy as np

from bench.buzz.stream import Step, Stream

_KNOWN = timedelta(days=3)
"""Windows that begin earlier than this after the start are left out: nobody knows the brand yet."""


def thinned(stream: Stream, part: float, seed: int = 1) -> Stream:
    """The history of a smaller brand: each mention is kept with the chance `part`."""
    rng = np.random.default_rng(seed)
    busy = [_thinned(step, part, rng) for step in stream.busy]
    return replace(stream, busy=tuple(step for step in busy if step.count))


def _thinned(step: Step, part: float, rng: np.random.Generator) -> Step:
    if not step.mentions:
        return step._replace(count=int(rng.binomial(step.count, part)))
    kept = tuple(
        mention
        for mention, chance in zip(step.mentions, rng.random(len(step.mentions)), strict=True)
        if chance < part
    )
    return step._replace(count=len(kept), mentions=kept)


def later(stream: Stream, days: float) -> Stream:
    """The same history, begun so many days later; a stream that is shorter stays as it is."""
    first = stream.busy[0].minute + days * 24 * 60
    busy = tuple(step for step in stream.busy if step.minute >= first)
    if not busy:
        return stream
    begun = replace(stream, busy=busy)
    known = begun.first + _KNOWN
    return replace(begun, windows=tuple(one for one in stream.windows if one.start > known))
