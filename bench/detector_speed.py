"""`python -m bench.detector_speed`: what the detector's core costs, without Kafka.

10,000 brands share 20,000 tweets/s (Zipf-like), in batches of 2,000; each simulated minute all
brands are closed. Reported, in CPU time: microseconds a mention, with and without the digest of
its text; a brand's close; the share of one core; memory.
"""

import json
import resource
import time
from pathlib import Path
from typing import Any

import click
import numpy as np

from stream.buzz.brand import PARTS, BrandState, dump_part, new_brand
from stream.buzz.detector import Detector, Sighting
from stream.buzz.duplicates import text_digest

_START = 28_000_800
_BATCH = 2_000


@click.command()
@click.option("--brands", default=10_000, show_default=True)
@click.option("--rate", default=20_000, show_default=True, help="Tweets a second.")
@click.option("--minutes", default=2, show_default=True, help="Simulated.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path))
def main(*, brands: int, rate: int, minutes: int, out: Path | None) -> None:
    """What the detector's core costs."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rng = np.random.default_rng(1)
    words = [f"word{number}" for number in range(5_000)]
    texts = [
        " ".join(words[place] for place in row) for row in rng.integers(5_000, size=(200_000, 14))
    ]
    started = time.process_time()
    digests = [text_digest(text) for text in texts]
    digest_us = (time.process_time() - started) / len(texts) * 1e6
    detector = Detector()
    states = [new_brand(str(number), detector.options) for number in range(brands)]
    weights = 1 / (np.arange(brands) + 50.0)
    chances = np.cumsum(weights / weights.sum())
    count_s = close_s = 0.0
    mentions = rate * 60 * minutes
    for batch in range(mentions // _BATCH):
        minute = _START + batch * _BATCH // (rate * 60)
        by_brand = _batch(rng, chances, minute, texts, digests)
        started = time.process_time()
        for brand, sightings in by_brand.items():
            detector.update(states[brand], sightings, minute)
        count_s += time.process_time() - started
        if (batch + 1) * _BATCH % (rate * 60) < _BATCH:
            started = time.process_time()
            for state in states:
                detector.close_minutes(state, minute + 1)
            close_s += time.process_time() - started
    report = _report(states, mentions, minutes, digest_us, count_s=count_s, close_s=close_s)
    report["memory_mb"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(json.dumps(report, indent=1))
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / "detector_speed.json").write_text(json.dumps(report, indent=1))


def _batch(
    rng: np.random.Generator,
    chances: Any,
    minute: int,
    texts: list[str],
    digests: list[int],
) -> dict[int, list[Sighting]]:
    chosen = np.minimum(np.searchsorted(chances, rng.random(_BATCH)), len(chances) - 1)
    places = rng.integers(len(texts), size=_BATCH)
    scores = rng.beta(0.5, 1.2, size=_BATCH)
    by_brand: dict[int, list[Sighting]] = {}
    for brand, place, p_negative in zip(
        chosen.tolist(), places.tolist(), scores.tolist(), strict=True
    ):
        by_brand.setdefault(brand, []).append(
            Sighting(minute, p_negative, "1", digests[place], texts[place], "1")
        )
    return by_brand


def _report(
    states: list[BrandState], mentions: int, minutes: int, digest_us: float, *,
    count_s: float, close_s: float,
) -> dict[str, Any]:  # fmt: skip
    total_us = (count_s + close_s) / mentions * 1e6
    sample = states[:: max(len(states) // 200, 1)]
    return {
        "mentions": mentions,
        "count_us_per_mention": round(count_s / mentions * 1e6, 2),
        "close_us_per_brand_minute": round(close_s / len(states) / minutes * 1e6, 1),
        "count_and_close_us_per_mention": round(total_us, 2),
        "digest_us_per_mention": round(digest_us, 2),
        "share_of_a_core": round((count_s + close_s) / (minutes * 60), 3),
        "state_bytes_per_brand": {
            part: round(sum(len(dump_part(state, part)) for state in sample) / len(sample))
            for part in PARTS
        },
    }


if __name__ == "__main__":
    main()
