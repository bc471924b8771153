"""All metrics of the stream worker, in one place: seconds and bytes in the name, `_total` last."""

from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from sentiment.alerts import AlertKind
from sentiment.messages import Label
from sentiment.scorer import ModelVersion
from stream.deadletters import Reason

_LATENCY = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_SIZES = (1, 5, 10, 50, 100, 250, 500, 1_000, 2_000, 5_000)
_APART = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1)
_REFUSALS = ("GoldenSetError", "ArtefactError")
_SCORED: tuple[Label, ...] = ("negative", "positive", "uncertain")
FEATURES = ("p_negative", "length", "unknown_tokens", "language")
"""What drift is measured of."""


class StreamMetrics:
    """Counters and gauges, registered where the caller says. Known label sets start at 0.

    Args:
        registry: of the process, or of a test.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.tweets = Counter(
            "badbuzz_tweets_total", "Tweets scored, by label.", ["label"], registry=registry
        )
        self.dead_letters = Counter(
            "badbuzz_dead_letters_total",
            "Records sent to the dead letters, by reason.",
            ["reason"],
            registry=registry,
        )
        self.mentions = Counter(
            "badbuzz_mentions_total", "Brand mentions published.", registry=registry
        )
        self.latency = Histogram(
            "badbuzz_latency_seconds",
            "From a tweet's Kafka timestamp to its committed result.",
            buckets=_LATENCY,
            registry=registry,
        )
        self.batch_size = Histogram(
            "badbuzz_batch_records", "Records of a batch.", buckets=_SIZES, registry=registry
        )
        self.score_seconds = Histogram(
            "badbuzz_score_seconds",
            "Inference of a batch, in seconds.",
            buckets=_LATENCY,
            registry=registry,
        )
        self.transaction_seconds = Histogram(
            "badbuzz_transaction_seconds",
            "A batch's transaction, in seconds, retries included.",
            buckets=_LATENCY,
            registry=registry,
        )
        self.aborts = Counter(
            "badbuzz_transaction_aborts_total",
            "Transactions that broke and were settled anew.",
            registry=registry,
        )
        self.dropped = Counter(
            "badbuzz_batches_dropped_total",
            "Batches dropped because their partition had another owner; that owner scores them.",
            registry=registry,
        )
        self.lag = Gauge(
            "badbuzz_lag_records",
            "Records before the last stable offset that are not committed, by partition.",
            ["topic", "partition"],
            registry=registry,
        )
        self.lag_seconds = Gauge(
            "badbuzz_lag_seconds",
            "Age of the last committed record of a partition with records waiting, in seconds.",
            ["topic", "partition"],
            registry=registry,
        )
        self.stalled_seconds = Gauge(
            "badbuzz_stalled_seconds",
            "For how long a partition has committed nothing though records wait, in seconds.",
            ["topic", "partition"],
            registry=registry,
        )
        self.by_partition = (self.lag, self.lag_seconds, self.stalled_seconds)
        self.model = Gauge(
            "badbuzz_model_info",
            "The model version that runs: always 1.",
            ["name", "version", "digest"],
            registry=registry,
        )
        self.swaps = Counter(
            "badbuzz_model_swaps_total", "Model versions put to work.", registry=registry
        )
        self.refused = Counter(
            "badbuzz_model_refused_total",
            "Model versions that were refused, by reason.",
            ["reason"],
            registry=registry,
        )
        self.buzz = BuzzMetrics(registry)
        self.drift = DriftMetrics(registry)
        self.shadow = ShadowMetrics(registry)
        self._touch()

    def _touch(self) -> None:
        for label in get_args(Label):
            self.tweets.labels(label)
        for reason in get_args(Reason):
            self.dead_letters.labels(reason)
        for reason in _REFUSALS:
            self.refused.labels(reason)


class BuzzMetrics:
    """What the detector sees of each brand. `stream.buzz_board` fills it and bounds the brands.

    Args:
        registry: where the metrics are registered.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.share = Gauge(
            "badbuzz_buzz_negative_share",
            "Share of negative mentions in the detector's window, corrected by the error rates.",
            ["brand"],
            registry=registry,
        )
        self.expected_share = Gauge(
            "badbuzz_buzz_expected_negative_share",
            "The share that is normal for the brand at this hour of the week.",
            ["brand"],
            registry=registry,
        )
        self.mentions = Gauge(
            "badbuzz_buzz_mentions",
            "Distinct mentions in the detector's window.",
            ["brand"],
            registry=registry,
        )
        self.expected_mentions = Gauge(
            "badbuzz_buzz_expected_mentions",
            "The mentions that are normal for the brand at this hour of the week.",
            ["brand"],
            registry=registry,
        )
        self.alerts_open = Gauge(
            "badbuzz_buzz_alerts_open",
            "Open alerts of the brand, by kind: 0 or 1, and more for `other` brands together.",
            ["brand", "kind"],
            registry=registry,
        )
        self.alerts = Counter(
            "badbuzz_buzz_alerts_total", "Alerts opened, by kind.", ["kind"], registry=registry
        )
        self.samples = Gauge(
            "badbuzz_buzz_alert_sample_p_negative",
            "p_negative of the sample tweets of open alerts; gone when the alert closes.",
            ["brand", "kind", "text"],
            registry=registry,
        )
        for kind in get_args(AlertKind):
            self.alerts.labels(kind)


class DriftMetrics:
    """How far the tweets of the last window are from those that the model was checked on.

    Args:
        registry: where the metrics are registered.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.psi = Gauge(
            "badbuzz_drift_psi",
            "Population stability index of the window against the card's reference, by feature.",
            ["feature"],
            registry=registry,
        )
        self.jensen_shannon = Gauge(
            "badbuzz_drift_jensen_shannon",
            "Jensen-Shannon divergence of the window from the card's reference, in bits (0 to 1).",
            ["feature"],
            registry=registry,
        )
        self.tweets = Gauge(
            "badbuzz_drift_window_tweets",
            "Sampled tweets in the window; too few, and no drift is told.",
            registry=registry,
        )
        self.average = Gauge(
            "badbuzz_drift_window_mean",
            "Mean of a feature over the window: a probability, characters, a share.",
            ["feature"],
            registry=registry,
        )


class ShadowMetrics:
    """The challenger beside the champion, on the same tweets.

    Args:
        registry: where the metrics are registered.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.tweets = Counter(
            "badbuzz_shadow_tweets_total",
            "Tweets that both versions scored, by the label of each and the challenger's version.",
            ["champion", "challenger", "version"],
            registry=registry,
        )
        self.apart = Histogram(
            "badbuzz_shadow_difference",
            "Difference between the two p_negative of a tweet.",
            buckets=_APART,
            registry=registry,
        )
        self.score_seconds = Histogram(
            "badbuzz_shadow_score_seconds",
            "The challenger's inference of a few sampled tweets, one thread, in seconds.",
            buckets=_LATENCY,
            registry=registry,
        )
        self.dropped = Counter(
            "badbuzz_shadow_dropped_total",
            "Sampled tweets that the challenger did not score, being behind.",
            registry=registry,
        )
        self.feedback = Counter(
            "badbuzz_shadow_feedback_total",
            "People's verdicts on texts that both versions scored, by role and outcome.",
            ["role", "outcome", "version"],
            registry=registry,
        )
        self.model = Gauge(
            "badbuzz_shadow_model_info",
            "The challenger that is scored in the shadow: always 1.",
            ["name", "version", "digest"],
            registry=registry,
        )
        self.refused = Counter(
            "badbuzz_shadow_refused_total",
            "Challengers that were refused, by reason.",
            ["reason"],
            registry=registry,
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
