"""Counts by brand and minute for the chart, of the last hour, in bounded memory."""

from collections import Counter
from dataclasses import dataclass, field

from sentiment.messages import Label

ALL = ""
"""The series of all tweets of all brands."""

_ROOM = 4
"""Times `most` that there is room for until the next minute begins: producers name brands."""

Cells = list[list[int | list[int]]]
"""Rows of [minute, negative, scored, unsupported, bins], minute in minutes since 1970, in order.

`negative` counts a label. `bins` are pairs, end to end, of a bin of `sentiment.prevalence` and the
number of texts in it: the share of negatives is estimated from them.
"""


@dataclass
class _Cell:
    negative: int = 0
    scored: int = 0
    unsupported: int = 0
    bins: Counter[int] = field(default_factory=Counter)

    def row(self, minute: int) -> list[int | list[int]]:
        pairs = [number for pair in sorted(self.bins.items()) for number in pair]
        return [minute, self.negative, self.scored, self.unsupported, pairs]


@dataclass
class _Series:
    minutes: dict[int, _Cell] = field(default_factory=dict)
    total: int = 0


class History:
    """Minute counts of negative, of all scored and of unsupported tweets.

    Args:
        length: minutes that are kept.
        most: brands that are kept, those with the most tweets.
    """

    def __init__(self, length: int, most: int = 50) -> None:
        self._length = length
        self._most = most
        self._series: dict[str, _Series] = {ALL: _Series()}
        self._newest = 0

    def add(self, brand: str, minute: int, label: Label, bin_: int | None = None) -> None:
        """Count one tweet; one older than the history is left out.

        Args:
            bin_: of its likelihood ratio; None: its version has no prior.
        """
        if minute <= self._newest - self._length:
            return
        if minute > self._newest:
            self._newest = minute
            self._forget()
        series = self._series.get(brand)
        if series is None:
            if len(self._series) > self._most * _ROOM:
                return
            series = self._series[brand] = _Series()
        cell = series.minutes.setdefault(minute, _Cell())
        cell.negative += label == "negative"
        cell.scored += label != "unsupported"
        cell.unsupported += label == "unsupported"
        if bin_ is not None:
            cell.bins[bin_] += 1
        series.total += 1

    def since(self, minute: int) -> dict[str, Cells]:
        """The rows of each series from `minute` on; series without one are left out."""
        found = {
            brand: [cell.row(at) for at, cell in sorted(series.minutes.items()) if at >= minute]
            for brand, series in self._series.items()
        }
        return {brand: rows for brand, rows in found.items() if rows}

    def _forget(self) -> None:
        oldest = self._newest - self._length
        totals: Counter[str] = Counter()
        for brand, series in list(self._series.items()):
            for minute in [at for at in series.minutes if at <= oldest]:
                gone = series.minutes.pop(minute)
                series.total -= gone.scored + gone.unsupported
            if brand != ALL:
                totals[brand] = series.total
        kept = {brand for brand, total in totals.most_common(self._most) if total}
        for brand in totals.keys() - kept:
            del self._series[brand]
