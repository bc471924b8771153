"""All metrics of the API, by their names."""

from math import nan
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from sentiment.messages import Label
from sentiment.scorer import ModelVersion

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_TEXTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_OUTCOMES = ("stored", "known", "conflict", "unavailable")
_LABELS: tuple[Label, ...] = get_args(Label)
_EARLIER_VERSIONS = 20
_REFUSALS = ("GoldenSetError", "ArtefactError", "TooSlowError")
_CUTS = ("headers_slow", "headers_large", "body_slow", "reader_slow", "displaced", "too_many")
OTHER = "other"


class Metrics:
    """The metrics of one process.

    Args:
        registry: where they are registered, and from where `/metrics` reads them.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        # They are a second series for each that nothing reads.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry
        self._of_requests(registry)
        self._of_predictions(registry)
        self._of_feedback(registry)
        self._of_model(registry)
        self._of_kafka(registry)
        self._versions: set[str] = set()
        self._touch()

    def _of_requests(self, registry: CollectorRegistry) -> None:
        """How many, and how long they take."""
        self.requests = Counter(
            "badbuzz_api_requests_total",
            "Requests answered.",
            ["route", "method", "status"],
            registry=registry,
        )
        self.duration = Histogram(
            "badbuzz_api_request_duration_seconds",
            "Time from a request's arrival to its answer's end; streams left out.",
            ["route"],
            buckets=_SECONDS,
            registry=registry,
        )

    def _of_predictions(self, registry: CollectorRegistry) -> None:
        """Texts, and how they are batched."""
        self.predictions = Counter(
            "badbuzz_api_predictions_total", "Texts scored.", ["label"], registry=registry
        )
        self.batch_texts = Histogram(
            "badbuzz_api_batch_texts",
            "Single predictions that the Scorer took at once.",
            buckets=_TEXTS,
            registry=registry,
        )
        self.waiting = Gauge(
            "badbuzz_api_waiting_predictions",
            "Single predictions that wait for the Scorer.",
            registry=registry,
        )

    def _of_feedback(self, registry: CollectorRegistry) -> None:
        """What people say about predictions."""
        self.feedback = Counter(
            "badbuzz_api_feedback_total", "Feedback by outcome.", ["outcome"], registry=registry
        )
        self.bad_prediction = Counter(
            "bad_prediction_total",
            "Predictions that a person called wrong, each feedback key once.",
            ["model_version"],
            registry=registry,
        )

    def _of_model(self, registry: CollectorRegistry) -> None:
        """Which version runs, and which were refused."""
        self.model = Gauge(
            "badbuzz_api_model_info",
            "1 for the model version that runs.",
            ["name", "version", "digest"],
            registry=registry,
        )
        self.model_refused = Counter(
            "badbuzz_api_model_refused_total",
            "Versions that the alias named and that were not loaded.",
            ["reason"],
            registry=registry,
        )

    def _of_kafka(self, registry: CollectorRegistry) -> None:
        """The live page and its source."""
        self.live_clients = Gauge(
            "badbuzz_api_live_clients", "Live pages that are open.", registry=registry
        )
        self.live_records = Counter(
            "badbuzz_api_live_records_total",
            "Records read of the topics of results and of feedback.",
            ["topic", "outcome"],
            registry=registry,
        )
        self.cut_connections = Counter(
            "badbuzz_api_connections_cut_total",
            "Connections that the service cut, by reason.",
            ["reason"],
            registry=registry,
        )
        self.kafka_up = Gauge(
            "badbuzz_api_kafka_up", "1 while Kafka answers the API.", registry=registry
        )
        self.blind = Gauge(
            "badbuzz_api_blind",
            "1 while what the live page shows may not be how things are.",
            registry=registry,
        )
        self.behind = Gauge(
            "badbuzz_api_behind_seconds",
            "How old what the live page shows is; NaN: nothing is there yet.",
            registry=registry,
        )

    def runs(self, model: ModelVersion) -> None:
        """A version runs from now on: its series, and those of earlier ones, exist from zero."""
        self.model.clear()
        self.model.labels(model.name, model.version, model.digest).set(1)
        for version in _up_to(model.version):
            self._versions.add(version)
            self.bad_prediction.labels(version)

    def sees(self, blind: bool, behind_seconds: float | None) -> None:
        """Whether the live page shows how things are, and how old that is; None: nothing yet."""
        self.blind.set(blind)
        self.behind.set(nan if behind_seconds is None else behind_seconds)

    def wrong(self, model_version: str) -> None:
        """Count a wrong prediction. Callers choose the version's name: those not known are `other`.

        A series that is born above zero shows Prometheus no increase, and the alert rests on it.
        """
        self.bad_prediction.labels(
            model_version if model_version in self._versions else OTHER
        ).inc()

    def _touch(self) -> None:
        for label in _LABELS:
            self.predictions.labels(label)
        for outcome in _OUTCOMES:
            self.feedback.labels(outcome)
        for reason in _CUTS:
            self.cut_connections.labels(reason)
        for reason in _REFUSALS:
            self.model_refused.labels(reason)
        self.bad_prediction.labels(OTHER)
        self.blind.set(1)
        self.behind.set(nan)


def _up_to(version: str) -> list[str]:
    """A version and those shortly before it, whose tweets people still judge."""
    if not version.isdecimal():
        return [version]
    newest = int(version)
    return [str(number) for number in range(max(newest - _EARLIER_VERSIONS, 1), newest + 1)]
