"""Median, least and largest of a few values: what a figure and its spread are here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Spread:
    """Of the rounds of one run."""

    median: float
    least: float
    most: float

    def text(self, digits: int = 0) -> str:
        """`median (least to most)`."""
        return f"{self.median:,.{digits}f} ({self.least:,.{digits}f} to {self.most:,.{digits}f})"


def spread(values: Iterable[float]) -> Spread:
    """Of at least one value."""
    known = list(values)
    return Spread(median(known), min(known), max(known))


def ratios(over: Sequence[float], under: Sequence[float]) -> Spread:
    """Of two sides that took turns: round by round."""
    return spread(a / b for a, b in zip(over, under, strict=True) if b)


def by_load(rows: list[dict[str, Any]]) -> dict[tuple[str, float], list[dict[str, Any]]]:
    """SharedTransactions of each side and share of its capacity."""
    found: dict[tuple[str, float], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["side"], row["share"]].append(row)
    return found
