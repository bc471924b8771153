"""What the detector knows, as metrics: share and volume of each brand, and its open alerts."""

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from sentiment.alerts import AlertKind, BuzzAlert, SampleTweet
from stream.brand_labels import BrandLabels
from stream.buzz.brand import BrandState
from stream.buzz.explain import telling_texts
from stream.buzz.judge import expected_counts, window_counts
from stream.buzz.methods import WindowCounts
from stream.buzz.options import KINDS, BuzzOptions
from stream.metrics import BuzzMetrics

_TEXT_CHARS = 200
"""Of a sample tweet that is shown: a label is no place for long texts."""


class _Open(NamedTuple):
    """An open alert: the label of its brand, and the texts that are shown."""

    label: str
    texts: list[str]


class BuzzBoard:
    """Follows the brands of this worker. Call it from the buzz agent, after its commit.

    Args:
        metrics: where it is shown.
        options: of the detector.
        configured: the brands that are always shown; of the others the 50 largest are.
    """

    def __init__(
        self, metrics: BuzzMetrics, options: BuzzOptions, configured: Callable[[], Collection[str]]
    ) -> None:
        self._metrics = metrics
        self._options = options
        self._labels = BrandLabels(configured, self._remove)
        self._open: dict[tuple[str, AlertKind], _Open] = {}

    def show(self, state: BrandState) -> None:
        """A brand's minutes were closed: show its window."""
        if state.closed.until < 0:
            return
        seen, normal = self._window(state)
        brand = self._labels.label(state.brand, max(seen.total, normal.total))
        if brand is None:
            return
        rates = state.closed.share.rates
        self._metrics.mentions.labels(brand).set(seen.total)
        self._metrics.expected_mentions.labels(brand).set(normal.total)
        self._metrics.expected_share.labels(brand).set(rates.corrected(normal.share))
        if seen.scored:
            self._metrics.share.labels(brand).set(rates.corrected(seen.share))
        for kind in KINDS:
            self._count(brand, kind)

    def restore(self, state: BrandState) -> None:
        """A brand was taken over: show its open alerts, whose former owner told of them."""
        opened = [kind for kind in KINDS if state.closed.alarms[kind].is_open]
        if not opened:
            return
        label = self._labels.pin(state.brand)
        # Of the longest window: there, at least, the tweets are for whose sake it was opened.
        minutes = max(minutes for minutes, _ in self._options.negative.windows)
        for kind in opened:
            _, samples = telling_texts(state, kind, minutes, self._options)
            self._open[state.brand, kind] = _Open(label, self._show_samples(label, kind, samples))
        for kind in KINDS:
            self._count(label, kind)
        # The rule "Bad buzz" asks for a share, too: it is the normal one until there is another.
        seen, normal = self._window(state)
        share = (seen if seen.scored else normal).share
        self._metrics.share.labels(label).set(state.closed.share.rates.corrected(share))

    def tell(self, alert: BuzzAlert) -> None:
        """An alert opened, worsened or closed."""
        key = alert.brand, alert.kind
        self._clear(key)
        if alert.state == "closed":
            if not any((alert.brand, kind) in self._open for kind in KINDS):
                self._labels.unpin(alert.brand)
            return
        if alert.state == "open":
            self._metrics.alerts.labels(alert.kind).inc()
        label = self._labels.pin(alert.brand)
        self._open[key] = _Open(label, self._show_samples(label, alert.kind, alert.samples))
        self._count(label, alert.kind)
        if alert.share is not None:
            self._metrics.share.labels(label).set(alert.share.now)

    def forget(self, brand: str) -> None:
        """The brand's partition went to another worker, which shows it from now on."""
        for kind in KINDS:
            self._clear((brand, kind))
        self._labels.forget(brand)
        self._remove(brand)

    def _window(self, state: BrandState) -> tuple[WindowCounts, WindowCounts]:
        """What the shortest window holds, and what was expected in it."""
        minutes, _ = self._options.negative.windows[0]
        seen, span = window_counts(state.closed, "negative", self._options.steps(minutes))
        return seen, expected_counts(state, "negative", seen, span, self._options)

    def _show_samples(
        self, label: str, kind: AlertKind, samples: Iterable[SampleTweet]
    ) -> list[str]:
        texts = []
        for sample in samples:
            text = " ".join(sample.text.split())[:_TEXT_CHARS]
            p_negative = float("nan") if sample.p_negative is None else sample.p_negative
            self._metrics.samples.labels(label, kind, text).set(p_negative)
            texts.append(text)
        return texts

    def _clear(self, key: tuple[str, AlertKind]) -> None:
        known = self._open.pop(key, None)
        if known is None:
            return
        for text in known.texts:
            self._metrics.samples.remove(known.label, key[1], text)
        self._count(known.label, key[1])

    def _count(self, label: str, kind: AlertKind) -> None:
        amount = sum(k == kind and o.label == label for (_, k), o in self._open.items())
        self._metrics.alerts_open.labels(label, kind).set(amount)

    def _remove(self, brand: str) -> None:
        metrics = self._metrics
        for gauge in (metrics.share, metrics.expected_share, metrics.mentions,
                      metrics.expected_mentions):  # fmt: skip
            gauge.remove(brand)
        for kind in KINDS:
            metrics.alerts_open.remove(brand, kind)
