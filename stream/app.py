"""The Faust application, put together. Nothing happens at import: `build_app` makes it."""

import asyncio
from contextlib import suppress
from typing import Any

import faust
from aiokafka.errors import KafkaError
from faust.exceptions import ConsumerNotStarted
from prometheus_client import CollectorRegistry, generate_latest

from sentiment.champion import Champion
from sentiment.messages import Feedback
from sentiment.scorer import ModelVersion
from sentiment.topics import DEAD_LETTERS, MENTIONS, SCORED, TWEETS
from stream.batch import Batch
from stream.brands import BrandFile
from stream.buzz_agent import BuzzAgent
from stream.gathering import Gathering
from stream.health import Health
from stream.metrics import StreamMetrics
from stream.notes import read_note
from stream.observers import Observers
from stream.ownership import Ownership
from stream.pipeline import Pipeline
from stream.scoring import ScoreBatch, Scoring
from stream.settings import StreamSettings
from stream.transactions import PartitionWriter
from stream.verdicts import read_verdicts

_SAMPLE_SECONDS = 1.0


class StreamApp(faust.App):
    """A Faust app whose events are batches, with all that its agents and pages need."""

    def __init__(self, settings: StreamSettings, registry: CollectorRegistry) -> None:
        self.stream_settings = settings
        self.metrics = StreamMetrics(registry)
        self.ownership = Ownership(settings)
        self.pipeline = Pipeline(self.metrics, self._sent, self._finished)
        self.health = Health(self.ownership, self.metrics, settings.stuck_seconds)
        self.champion = Champion(settings, self._swapped, self._refused)
        self.observers = Observers(settings, self.metrics)
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
        self.ownership.sent(batch.writer, batch.end)

    def _finished(self, batch: Batch) -> None:
        self.ownership.finished(batch.writer, batch.end)

    def judged(self, feedback: Feedback) -> None:
        """A person has said whether a prediction was right."""
        if self.champion.loaded:
            self.observers.hear(self.champion.current, feedback)

    def _swapped(self, model: ModelVersion) -> None:
        self.metrics.swaps.inc()
        self.metrics.model.clear()
        self.metrics.model.labels(model.name, model.version, model.digest).set(1)

    def _refused(self, _version: str, reason: str) -> None:
        self.metrics.refused.labels(reason).inc()


def build_app(
    settings: StreamSettings, partitions: dict[str, int], registry: CollectorRegistry
) -> StreamApp:
    """The application, ready to be run by a Faust worker.

    Args:
        settings: of this worker.
        partitions: number of partitions by topic, from `check_topics`.
        registry: where the metrics go.
    """
    app = StreamApp(settings, registry)
    brands = BrandFile(settings.brands_file)
    scoring = Scoring(
        settings,
        app.metrics,
        brands,
        partitions[settings.topic(MENTIONS)],
        app.observers,
    )
    _add_score_agent(app, scoring)
    BuzzAgent(app, partitions, brands).add_to(app)
    _add_tasks(app)
    _add_pages(app)
    return app


def _add_score_agent(app: StreamApp, scoring: Scoring) -> None:
    settings = app.stream_settings
    name = settings.topic(TWEETS)
    topic = app.topic(name, key_serializer="raw", value_serializer="raw", acks=False)
    # One more than score: it reads or serialises meanwhile. With yet another, batches only wait.
    threads = Gathering(settings.scorer_threads + 1, settings.batch_records)

    async def score(batches: Any) -> None:
        """Score tweets as they come."""
        async for batch in batches:
            app.pipeline.submit(batch, ScoreBatch(scoring, app.champion.current), threads)

    async def in_order(writer: PartitionWriter) -> bool:
        pointer = read_note(writer.note)
        return pointer is None or await app.champion.at_least(pointer)

    outputs = [settings.topic(base) for base in (SCORED, DEAD_LETTERS, MENTIONS)]
    app.ownership.serve(name, outputs, in_order)
    app.agent(topic, name="score")(score)


def _add_tasks(app: StreamApp) -> None:
    async def follow_champion() -> None:
        await app.champion.watch()

    async def watch_progress() -> None:
        while not app.should_stop:
            await asyncio.sleep(_SAMPLE_SECONDS)
            app.health.sample(_ends(app))
            app.ownership.refresh()

    async def observe() -> None:
        app.observers.start()
        try:
            await read_verdicts(app.stream_settings, app.judged)
        finally:
            app.observers.stop()

    app.task(follow_champion)
    app.task(watch_progress)
    app.task(observe)


def _ends(app: StreamApp) -> dict[tuple[str, int], int]:
    """The last stable offset of each owned partition, as far as the consumer knows it."""
    ends = {}
    for source in list(app.ownership.writers):
        # aiokafka asserts that a partition is assigned: amid a rebalance the next sample knows more
        with suppress(AssertionError, KafkaError, ConsumerNotStarted):
            if (end := app.consumer.highwater(source)) >= 0:  # -1 before it knows
                ends[source.topic, source.partition] = end
    return ends


def _add_pages(app: StreamApp) -> None:
    async def health(web: Any, _request: Any) -> Any:
        stuck = app.health.stuck()
        return web.json({"alive": not stuck, "stuck": stuck}, status=503 if stuck else 200)

    async def ready(web: Any, _request: Any) -> Any:
        owned = [w.name for w in app.ownership.writers.values() if w.state == "open" and not w.held]
        model = app.champion.loaded and app.champion.current.scorer.model.version
        is_ready = bool(owned) and app.champion.loaded
        facts = {"ready": is_ready, "partitions": owned, "model_version": model or None}
        return web.json(facts, status=200 if is_ready else 503)

    async def metrics(web: Any, _request: Any) -> Any:
        return web.bytes(
            generate_latest(app.metrics.registry), content_type="text/plain; version=0.0.4"
        )

    for path, view in (("/health", health), ("/ready", ready), ("/metrics", metrics)):
        app.page(path)(view)
