"""All metrics of the stream worker, in one place: seconds and bytes in the name, `_total` last."""

from functools import partial
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from sentiment.alerts import AlertKind
from sentiment.errors import Reason
from sentiment.messages import Label
from sentiment.reading.tweets import FAULTS, OPTIONAL_FIELDS
from sentiment.scorer import ModelVersion
from sentiment.topics import BRANDS, FEEDBACK, MINUTES

_LATENCY = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_SIZES = (1, 5, 10, 50, 100, 250, 500, 1_000, 2_000, 5_000)
_APART = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1)
_REFUSALS = ("GoldenSetError", "ArtefactError", "TooSlowError")
_SCORED: tuple[Label, ...] = ("negative", "neutral", "positive", "uncertain")
FEATURES = ("p_negative", "p_neutral", "p_positive", "length", "unknown_tokens", "language")
"""What drift is measured of; a version of two classes has no p_neutral and no p_positive."""


class StreamMetrics:
    """Counters and gauges, registered where the caller says. Known label sets start at 0.

    Args:
        registry: of the process, or of a test.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        counter = partial(Counter, registry=registry)
        self.registry = registry
        self.tweets = counter("badbuzz_tweets_total", "Tweets scored, by label.", ["label"])
        self.dead_letters = counter(
            "badbuzz_dead_letters_total", "Records sent to the dead letters, by reason.", ["reason"]
        )
        self.nulled_fields = counter(
            "badbuzz_nulled_fields_total",
            "Optional fields of tweets that could not be read and count as absent, by reason.",
            ["field", "reason"],
        )
        self.mentions = counter("badbuzz_mentions_total", "Brand mentions published.")
        self.unreadable = counter(
            "badbuzz_unreadable_records_total",
            "Records that were skipped because they cannot be read, by topic.",
            ["topic"],
        )
        self._add_batches(registry)
        self._add_partitions(registry)
        self._add_model(registry)
        self.buzz = BuzzMetrics(registry)
        self.drift = DriftMetrics(registry)
        self.shadow = ShadowMetrics(registry)
        self._touch()

    def _add_batches(self, registry: CollectorRegistry) -> None:
        counter = partial(Counter, registry=registry)
        histogram = partial(Histogram, registry=registry)
        self.latency = histogram(
            "badbuzz_latency_seconds",
            "From a tweet's Kafka timestamp to its committed result.",
            buckets=_LATENCY,
        )
        self.batch_size = histogram("badbuzz_batch_records", "Records of a batch.", buckets=_SIZES)
        self.score_seconds = histogram(
            "badbuzz_score_seconds", "Inference of a batch, in seconds.", buckets=_LATENCY
        )
        self.transaction_seconds = histogram(
            "badbuzz_transaction_seconds",
            "A batch's transaction, in seconds, retries included.",
            buckets=_LATENCY,
        )
        self.aborts = counter(
            "badbuzz_transaction_aborts_total", "Transactions that broke and were recovered."
        )
        self.dropped = counter(
            "badbuzz_batches_dropped_total",
            "Batches dropped because their partition had another owner; that owner scores them.",
        )

    def _add_partitions(self, registry: CollectorRegistry) -> None:
        gauge = partial(Gauge, registry=registry)
        self.lag = gauge(
            "badbuzz_lag_records",
            "Records before the last stable offset that are not committed, by partition.",
            ["topic", "partition"],
        )
        self.lag_seconds = gauge(
            "badbuzz_lag_seconds",
            "Age of the last committed record of a partition with records waiting, in seconds.",
            ["topic", "partition"],
        )
        self.stalled_seconds = gauge(
            "badbuzz_stalled_seconds",
            "For how long a partition has committed nothing though records wait, in seconds.",
            ["topic", "partition"],
        )
        self.by_partition = (self.lag, self.lag_seconds, self.stalled_seconds)

    def _add_model(self, registry: CollectorRegistry) -> None:
        counter = partial(Counter, registry=registry)
        gauge = partial(Gauge, registry=registry)
        self.model = gauge(
            "badbuzz_model_info",
            "The model version that runs: always 1.",
            ["name", "version", "digest"],
        )
        self.swaps = counter("badbuzz_model_swaps_total", "Model versions put to work.")
        self.refused = counter(
            "badbuzz_model_refused_total",
            "Model versions that were refused, by reason.",
            ["reason"],
        )

    def _touch(self) -> None:
        for label in get_args(Label):
            self.tweets.labels(label)
        for reason in get_args(Reason):
            self.dead_letters.labels(reason)
        for field in OPTIONAL_FIELDS:
            for fault in FAULTS[field]:
                self.nulled_fields.labels(field, fault)
        for topic in (FEEDBACK, MINUTES, BRANDS):
            self.unreadable.labels(topic)
        for reason in _REFUSALS:
            self.refused.labels(reason)


class BuzzMetrics:
    """What the detector sees of each brand.

    `stream.mentions.brand_metrics` fills it and bounds the brands.

    Args:
        registry: where the metrics are registered.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._add_gauges(registry)
        self._add_counters(registry)

    def _add_gauges(self, registry: CollectorRegistry) -> None:
        gauge = partial(Gauge, registry=registry)
        self.share = gauge(
            "badbuzz_buzz_negative_share",
            "Share of negative mentions in the detector's window, corrected by the error rates.",
            ["brand"],
        )
        self.expected_share = gauge(
            "badbuzz_buzz_expected_negative_share",
            "The share that is normal for the brand at this hour of the week.",
            ["brand"],
        )
        self.mentions = gauge(
            "badbuzz_buzz_mentions", "Distinct mentions in the detector's window.", ["brand"]
        )
        self.expected_mentions = gauge(
            "badbuzz_buzz_expected_mentions",
            "The mentions that are normal for the brand at this hour of the week.",
            ["brand"],
        )
        self.alerts_open = gauge(
            "badbuzz_buzz_alerts_open",
            "Open alerts of the brand, by kind: 0 or 1, and more for `other` brands together.",
            ["brand", "kind"],
        )
        self.samples = gauge(
            "badbuzz_buzz_alert_sample_p_negative",
            "p_negative of the sample tweets of open alerts; gone when the alert closes.",
            ["brand", "kind", "text"],
        )

    def _add_counters(self, registry: CollectorRegistry) -> None:
        counter = partial(Counter, registry=registry)
        self.late = counter(
            "badbuzz_buzz_late_mentions_total",
            "Mentions that came after their minute was closed, of configured and of other brands.",
            ["brands"],
        )
        self.alerts = counter("badbuzz_buzz_alerts_total", "Alerts opened, by kind.", ["kind"])
        self.pasts = counter(
            "badbuzz_buzz_pasts_total",
            "Pasts of brands, learned from files: `taken`, or more was `known` of the brand.",
            ["outcome"],
        )
        for outcome in ("taken", "known"):
            self.pasts.labels(outcome)
        for kind in get_args(AlertKind):
            self.alerts.labels(kind)
        for brands in ("configured", "other"):
            self.late.labels(brands)


class DriftMetrics:
    """How far the tweets of the last window are from those that the model was checked on.

    Args:
        registry: where the metrics are registered.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        gauge = partial(Gauge, registry=registry)
        self.psi = gauge(
            "badbuzz_drift_psi",
            "Population stability index of the window against the card's reference, by feature.",
            ["feature"],
        )
        self.jensen_shannon = gauge(
            "badbuzz_drift_jensen_shannon",
            "Jensen-Shannon divergence of the window from the card's reference, in bits (0 to 1).",
            ["feature"],
        )
        self.tweets = gauge(
            "badbuzz_drift_window_tweets",
            "Sampled tweets in the window; with too few, drift is not computed.",
        )
        self.average = gauge(
            "badbuzz_drift_window_mean",
            "Mean of a feature over the window: a probability, characters, a share.",
            ["feature"],
        )


class ShadowMetrics:
    """The challenger beside the champion, on the same tweets.

    Args:
        registry: where the metrics are registered.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        counter = partial(Counter, registry=registry)
        gauge = partial(Gauge, registry=registry)
        histogram = partial(Histogram, registry=registry)
        self.tweets = counter(
            "badbuzz_shadow_tweets_total",
            "Tweets that both versions scored, by the label of each and the challenger's version.",
            ["champion", "challenger", "version"],
        )
        self.apart = histogram(
            "badbuzz_shadow_difference",
            "Difference between the two p_negative of a tweet; of the part that is not neutral "
            "where one of the versions does not know neutral.",
            buckets=_APART,
        )
        self.score_seconds = histogram(
            "badbuzz_shadow_score_seconds",
            "The challenger's inference of a few sampled tweets, one thread, in seconds.",
            buckets=_LATENCY,
        )
        self.dropped = counter(
            "badbuzz_shadow_dropped_total",
            "Sampled tweets that the challenger did not score, being behind.",
        )
        self.feedback = counter(
            "badbuzz_shadow_feedback_total",
            "People's verdicts on texts that both versions scored, by role and outcome.",
            ["role", "outcome", "version"],
        )
        self.model = gauge(
            "badbuzz_shadow_model_info",
            "The challenger that is scored in the shadow: always 1.",
            ["name", "version", "digest"],
        )
        self.refused = counter(
            "badbuzz_shadow_refused_total", "Challengers that were refused, by reason.", ["reason"]
        )
        for reason in _REFUSALS:
            self.refused.labels(reason)

    def runs(self, model: ModelVersion) -> None:
        """Another challenger from now on: its series exist from zero on, the last one's end."""
        self.ends()
        self.model.labels(model.name, model.version, model.digest).set(1)
        for champion in _SCORED:
            for challenger in _SCORED:
                self.tweets.labels(champion, challenger, model.version)
        for role in ("champion", "challenger"):
            for outcome in ("right", "wrong", "uncertain"):
                self.feedback.labels(role, outcome, model.version)

    def ends(self) -> None:
        """There is no challenger any more."""
        for metric in (self.model, self.tweets, self.feedback):
            metric.clear()
