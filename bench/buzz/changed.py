"""The same streams changed: a setting that holds, holds there too."""

from dataclasses import replace
from datetime import timedelta

import numpy as np

from bench.buzz.stream import Step, Stream

_NEUTRAL = 0.1, 0.8, 0.1
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


def misread(stream: Stream, part: float, seed: int = 1) -> Stream:
    """As a worse model reads it: scored mentions are taken for neutral with the chance `part`."""
    rng = np.random.default_rng(seed)
    negative, neutral, positive = _NEUTRAL
    mentions = [mention for step in stream.busy for mention in step.mentions]
    return stream.with_mentions(
        [
            mention._replace(p_negative=negative, p_neutral=neutral, p_positive=positive)
            if mention.p_negative is not None and chance < part
            else mention
            for mention, chance in zip(mentions, rng.random(len(mentions)), strict=True)
        ]
    )
