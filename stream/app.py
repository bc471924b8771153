"""The Faust application: what agents, tasks and pages share."""

import faust
from prometheus_client import CollectorRegistry

from sentiment.brands.catalogue import BrandCatalogue
from sentiment.champion import Champion
from sentiment.messages import Feedback
from sentiment.scorer import ModelVersion
from sentiment.topics import BRANDS
from stream.batches.batch import Batch
from stream.batches.pipeline import Pipeline
from stream.consumer.assignment import Assignment
from stream.consumer.health import Health
from stream.metrics import StreamMetrics
from stream.model_monitoring.monitors import ModelMonitors
from stream.settings import StreamSettings


class StreamApp(faust.App):
    """A Faust app whose events are batches, with all that its agents and pages need."""

    def __init__(self, settings: StreamSettings, registry: CollectorRegistry) -> None:
        self.stream_settings = settings
        self.metrics = StreamMetrics(registry)
        self.assignment = Assignment(settings)
        self.pipeline = Pipeline(self.metrics, self._sent, self._finished)
        self.health = Health(self.assignment, self.metrics, settings)
        self.champion = Champion(settings, self._swapped, self._refused)
        self.monitors = ModelMonitors(settings, self.metrics)
        self.brands = BrandCatalogue(settings, self.metrics.unreadable.labels(BRANDS).inc)
        super().__init__(
            settings.group,
            broker=[f"badbuzz://{broker}" for broker in settings.kafka_brokers.split(",")],
            store="memory://",
            datadir=settings.faust_dir or settings.state_dir / "faust",
            web_enabled=settings.web_port > 0,
            web_host=settings.web_host,
            web_bind=settings.web_host,
            web_port=settings.web_port or 6066,
            broker_session_timeout=settings.session_seconds,
            broker_heartbeat_interval=settings.session_seconds / 5,
            topic_allow_declare=False,
            topic_disable_leader=True,
            stream_wait_empty=False,
            autodiscover=False,
        )

    def _sent(self, batch: Batch) -> None:
        self.assignment.backpressure.sent(batch.writer, batch.end)

    def _finished(self, batch: Batch, committed: bool) -> None:
        timestamp = batch.records[-1].timestamp / 1000 if committed and batch.records else None
        self.assignment.backpressure.finished(batch.writer, batch.end, timestamp)

    def take_feedback(self, feedback: Feedback) -> None:
        """A person has said whether a prediction was right."""
        if self.champion.loaded:
            self.monitors.add_feedback(self.champion.current, feedback)

    def _swapped(self, model: ModelVersion) -> None:
        self.metrics.swaps.inc()
        self.metrics.model.clear()
        self.metrics.model.labels(model.name, model.version, model.digest).set(1)

    def _refused(self, _version: str, reason: str) -> None:
        self.metrics.refused.labels(reason).inc()
