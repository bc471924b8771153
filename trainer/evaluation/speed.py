"""How fast an artefact scores on this machine, from raw text to probability."""

import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from pydantic import BaseModel

from sentiment.scorer import Scorer

_BATCH = 2_000
_LEAST_SECONDS = 1.0
_SINGLES = 200


class Speed(BaseModel):
    """Throughput in batches of 2,000 by all of the Scorer's threads; latency of single texts."""

    tweets_per_second: float
    latency_p50_ms: float
    latency_p99_ms: float


def measure_speed(scorer: Scorer, texts: Sequence[str]) -> Speed:
    """Score the texts again and again for a second, then some of them one by one."""
    batch = [texts[number % len(texts)] for number in range(_BATCH)]
    scorer.score(batch[:100])
    calls = _seconds(partial(scorer.score, batch), _LEAST_SECONDS)
    singles = [_once(partial(scorer.score, [text])) for text in batch[:_SINGLES]]
    return Speed(
        # The fastest call is the one that other work on the machine disturbed least.
        tweets_per_second=_BATCH / min(calls),
        latency_p50_ms=float(np.percentile(singles, 50) * 1e3),
        latency_p99_ms=float(np.percentile(singles, 99) * 1e3),
    )


def _seconds(call: Callable[[], object], least: float) -> list[float]:
    spent: list[float] = []
    while sum(spent) < least:
        spent.append(_once(call))
    return spent


def _once(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
