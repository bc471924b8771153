"""Drift without labels: the last tweets beside those that the version was checked on."""

import time
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from sentiment.reading.languages import language_of
from sentiment.reference import OTHER, Counts, Histogram, Reference, Unknown
from stream.metrics import FEATURES, DriftMetrics
from stream.model_monitoring.divergence import Shares, jensen_shannon, population_stability_index
from stream.model_monitoring.sampling import Sampled

_SLICES = 12


@dataclass
class _Slice:
    """Counts by feature and bin, sums and numbers of values, of a part of the window."""

    until: float
    counts: dict[str, Counts] = field(default_factory=dict)
    totals: dict[str, tuple[float, int]] = field(default_factory=dict)
    tweets: int = 0


class DriftWindow:
    """The features of the sampled tweets of the last minutes, in twelve slices.

    Args:
        reference: what they are compared with.
        unknown: of the version's tokenizer.
        seconds: length of the window.
    """

    def __init__(self, reference: Reference, unknown: Unknown, seconds: float) -> None:
        self.reference = reference
        self._unknown = unknown
        self._seconds = seconds
        self._slices: deque[_Slice] = deque(maxlen=_SLICES)

    @property
    def tweets(self) -> int:
        """Sampled tweets in the window."""
        return sum(part.tweets for part in self._slices)

    def add(self, sampled: Sampled, now: float) -> None:
        """Count tweets that were scored about `now` (seconds of any steady clock)."""
        part = self._slice(now)
        part.tweets += len(sampled.texts)
        self._count_languages(part, sampled)
        scored = [i for i, answer in enumerate(sampled.answers) if answer.p_negative is not None]
        if not scored:
            return
        texts = [sampled.texts[i] for i in scored]
        answers = [sampled.answers[i] for i in scored]
        reference = self.reference
        for feature, histogram in (
            ("p_negative", reference.p_negative),
            ("p_neutral", reference.p_neutral),
            ("p_positive", reference.p_positive),
        ):
            if histogram is not None:
                found = [getattr(answer, feature) for answer in answers]
                _count(part, feature, histogram, np.array(found, np.float64))
        lengths = np.fromiter(map(len, texts), np.float64, len(texts))
        _count(part, "length", reference.length, lengths)
        shares = self._unknown.shares(texts)
        _count(part, "unknown_tokens", reference.unknown_tokens, shares)

    def forget(self, now: float) -> None:
        """Let go of what is older than the window."""
        while self._slices and self._slices[0].until < now - self._seconds:
            self._slices.popleft()

    def compare(self) -> dict[str, tuple[Shares, Shares]]:
        """Expected and found shares of the bins, by feature."""
        reference = self.reference
        expected: dict[str, list[float]] = {
            feature: histogram.shares
            for feature in FEATURES
            if (histogram := getattr(reference, feature, None)) is not None
        }
        expected["language"] = self._language_shares()
        result = {}
        for feature in FEATURES:
            counts = [part.counts[feature] for part in self._slices if feature in part.counts]
            found = np.sum(counts, axis=0)
            if counts and found.sum():
                result[feature] = np.array(expected[feature]), found / found.sum()
        return result

    def means(self) -> dict[str, float]:
        """Mean of each feature that is a number, over the window."""
        result = {}
        for feature in FEATURES:
            totals = [part.totals[feature] for part in self._slices if feature in part.totals]
            if totals:
                result[feature] = sum(s for s, _ in totals) / sum(n for _, n in totals)
        return result

    def _slice(self, now: float) -> _Slice:
        if not self._slices or now >= self._slices[-1].until:
            self._slices.append(_Slice(now + self._seconds / _SLICES))
        return self._slices[-1]

    def _count_languages(self, part: _Slice, sampled: Sampled) -> None:
        names = [*(name for name in self.reference.languages if name != OTHER), OTHER]
        # A tweet without a language counts as the version's only language;
        # where the version has several, as unknown.
        own = names[0] if len(names) == 2 else ""
        codes = filter(None, (language_of(language) or own for language in sampled.languages))
        places = [names.index(code) if code in names else len(names) - 1 for code in codes]
        found = np.bincount(np.array(places, np.int64), minlength=len(names)).astype(np.int64)
        part.counts["language"] = part.counts.get("language", 0) + found

    def _language_shares(self) -> list[float]:
        known = [share for name, share in self.reference.languages.items() if name != OTHER]
        return [*known, max(1 - sum(known), 0.0)]


def _count(part: _Slice, feature: str, histogram: Histogram, values: Shares) -> None:
    part.counts[feature] = part.counts.get(feature, 0) + histogram.count(values)
    total, number = part.totals.get(feature, (0.0, 0))
    part.totals[feature] = total + float(values.sum()), number + len(values)


class DriftWatch:
    """Keeps the window of the version that runs, and shows how far it has drifted.

    Args:
        metrics: where it is shown.
        seconds: length of the window.
        at_least: sampled tweets in it, below which nothing is said.
    """

    def __init__(self, metrics: DriftMetrics, seconds: float, at_least: int) -> None:
        self._metrics = metrics
        self._seconds = seconds
        self._at_least = at_least
        self._digest = ""
        self._window: DriftWindow | None = None

    def take(self, sampled: Sampled) -> None:
        """Count tweets; another version starts another window."""
        scorer = sampled.running.scorer
        if scorer.model.digest != self._digest:
            self._digest = scorer.model.digest
            self._window = None
            if scorer.card.reference is not None:
                unknown = Unknown(scorer.tokenizer)
                self._window = DriftWindow(scorer.card.reference, unknown, self._seconds)
            self._silence()
        if self._window is not None:
            self._window.add(sampled, time.monotonic())

    def show(self) -> None:
        """Bring the metrics up to date."""
        if self._window is None:
            return
        self._window.forget(time.monotonic())
        self._metrics.tweets.set(self._window.tweets)
        if self._window.tweets < self._at_least:
            self._silence()
            return
        for feature, (expected, found) in self._window.compare().items():
            self._metrics.psi.labels(feature).set(population_stability_index(expected, found))
            self._metrics.jensen_shannon.labels(feature).set(jensen_shannon(expected, found))
        for feature, mean in self._window.means().items():
            self._metrics.average.labels(feature).set(mean)

    def _silence(self) -> None:
        for gauge in (self._metrics.psi, self._metrics.jensen_shannon, self._metrics.average):
            gauge.clear()
