"""All metrics of the stream worker, in one place: seconds and bytes in the name, `_total` last."""

from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from sentiment.messages import Label
from stream.deadletters import Reason

_LATENCY = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_SIZES = (1, 5, 10, 50, 100, 250, 500, 1_000, 2_000, 5_000)


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
        self._touch()

    def _touch(self) -> None:
        for label in get_args(Label):
            self.tweets.labels(label)
        for reason in get_args(Reason):
            self.dead_letters.labels(reason)
        for reason in ("GoldenSetError", "ArtefactError"):
            self.refused.labels(reason)
