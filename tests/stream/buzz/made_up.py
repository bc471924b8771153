"""Made-up traffic of one brand, small and repeatable."""

import random
from collections.abc import Iterator

from sentiment.alerts import BuzzAlert
from stream.buzz.brand import BrandState, new_brand
from stream.buzz.detector import Detector, Sighting
from stream.buzz.duplicates import author_digest, text_digest
from stream.buzz.windows import Tally

START = 28_000_800
DAY = 24 * 60
_WORDS = [
    *("flight", "seat", "crew", "gate", "coffee", "snack", "delay", "thanks", "staff", "morning"),
    *("window", "boarding", "price", "app", "screen", "food", "bag", "line", "airport", "trip"),
]


def sighting(
    minute: int, p_negative: float | None, text: str, version: str = "1", author: str | None = None
) -> Sighting:
    """A mention, its digests taken from its text and author."""
    by = author_digest(author)
    return Sighting(minute, p_negative, version, text_digest(text), text, f"t{minute}", by)


def column(state: BrandState, name: str) -> list[float]:
    """One count of the steps closed last, newest last."""
    return state.closed.windows.levels[0].columns[Tally._fields.index(name)]


class MadeUp:
    """Steady traffic of distinct texts: `rate` mentions a minute, three in ten negative."""

    def __init__(self, seed: int = 1, rate: float = 5.0) -> None:
        self.random = random.Random(seed)
        self.rate = rate
        self.number = 0

    def text(self, more: str = "") -> str:
        """A text that no other is like."""
        self.number += 1
        return f"{' '.join(self.random.sample(_WORDS, 5))} n{self.number} {more}".strip()

    def minute(
        self, minute: int, negative: float = 1.0, positive: float = 1.0, more: str = ""
    ) -> list[Sighting]:
        """A minute; `negative` and `positive` multiply the rates, `more` is said by negatives."""
        return [
            sighting(minute, p_negative, self.text(words))
            for p_negative, rate, words in (
                (0.9, 0.3 * self.rate * negative, more),
                (0.1, 0.7 * self.rate * positive, ""),
            )
            for _ in range(self._poisson(rate))
        ]

    def calm(self, minutes: int, start: int = START) -> Iterator[list[Sighting]]:
        """Minutes in which nothing happens."""
        for minute in range(start, start + minutes):
            yield self.minute(minute)

    def _poisson(self, mean: float) -> int:
        number, level = 0, self.random.expovariate(1)
        while level < mean:
            number += 1
            level += self.random.expovariate(1)
        return number


def learned(
    detector: Detector, traffic: MadeUp, days: int = 4, brand: str = "acme"
) -> tuple[BrandState, int, list[BuzzAlert]]:
    """A brand after calm days, the next minute, and the alerts of these days."""
    state = new_brand(brand, detector.options)
    alerts = feed(detector, state, traffic.calm(days * DAY))
    return state, START + days * DAY, alerts


def feed(
    detector: Detector, state: BrandState, minutes: Iterator[list[Sighting]] | list[list[Sighting]]
) -> list[BuzzAlert]:
    """Count minutes one after another and close each when it is over."""
    alerts = []
    for sightings in minutes:
        if sightings:
            minute = sightings[0].minute
            detector.update(state, sightings, minute)
            alerts += detector.close_minutes(state, minute + 1)
    return alerts
