"""Share and volume of each brand, and its open alerts, as metrics."""

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from sentiment.alerts import AlertKind, BuzzAlert, SampleTweet
from stream.buzz.brand import BrandState
from stream.buzz.explain import telling_texts
from stream.buzz.judge import window
from stream.buzz.methods import Window, WindowCounts
from stream.buzz.options import KINDS, BuzzOptions
from stream.mentions.brand_labels import BrandLabels
from stream.metrics import BuzzMetrics

_SHOWN = 10
"""Minutes of the window that is shown."""
_TEXT_CHARS = 200
"""Of a sample tweet that is shown: a label is no place for long texts."""


class BrandView(NamedTuple):
    """What the metrics show of a brand: a copy, as its state goes on changing in another thread.

    Attributes:
        seen: counts of the shortest window.
        normal: counts expected in it.
        share: negative share now, corrected; None where nothing was scored.
        expected_share: the same as expected.
    """

    brand: str
    seen: WindowCounts
    normal: WindowCounts
    share: float | None
    expected_share: float


class _Open(NamedTuple):
    """An open alert: the label of its brand, and the texts that are shown."""

    label: str
    texts: list[str]


class BrandMetrics:
    """Follows the brands of this worker. `view` may be called in any thread, the rest in the loop.

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

    def view(self, state: BrandState) -> BrandView | None:
        """What to show of a brand; None before its first minute is closed."""
        if state.closed.until < 0:
            return None
        shown = self._window(state)
        seen, normal = shown.seen, shown.normal
        rates = state.closed.share.rates
        share = rates.corrected(seen.share) if seen.scored else None
        return BrandView(state.brand, seen, normal, share, rates.corrected(shown.share))

    def show(self, view: BrandView) -> None:
        """A brand's minutes were closed: show its window."""
        brand = self._labels.label(view.brand, max(view.seen.total, view.normal.total))
        if brand is None:
            return
        self._metrics.mentions.labels(brand).set(view.seen.total)
        self._metrics.expected_mentions.labels(brand).set(view.normal.total)
        self._metrics.expected_share.labels(brand).set(view.expected_share)
        if view.share is not None:
            self._metrics.share.labels(brand).set(view.share)
        for kind in KINDS:
            self._count(brand, kind)

    def restore(self, state: BrandState) -> None:
        """A brand was taken over: show the alerts that its former owner opened."""
        opened = [kind for kind in KINDS if state.closed.alarms[kind].is_open]
        if not opened:
            return
        label = self._labels.pin(state.brand)
        for kind in opened:
            # Of the window that opened it: there are the tweets for whose sake it was.
            minutes = (
                state.closed.until * self._options.step_minutes - state.closed.alarms[kind].begun
            )
            _, samples = telling_texts(state, kind, minutes, self._options)
            self._open[state.brand, kind] = _Open(label, self._show_samples(label, kind, samples))
        for kind in KINDS:
            self._count(label, kind)
        # The rule "Bad buzz" asks for a share, too: it is the normal one until there is another.
        shown = self._window(state)
        share = shown.seen.share if shown.seen.scored else shown.share
        self._metrics.share.labels(label).set(state.closed.share.rates.corrected(share))

    def alert(self, alert: BuzzAlert) -> None:
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
        """The brand's partition has another owner, which shows it from now on."""
        for kind in KINDS:
            self._clear((brand, kind))
        self._labels.forget(brand)
        self._remove(brand)

    def _window(self, state: BrandState) -> Window:
        """What the last minutes hold, and what was expected in them."""
        scales = self._options.scales
        shown = next((scale for scale in scales if scale.minutes >= _SHOWN), scales[-1])
        return window(state, shown, self._options)

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
