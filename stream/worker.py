"""The worker: the Faust application with its agents, tasks and pages."""

import asyncio
import logging
from contextlib import suppress
from typing import Any

from aiokafka.errors import KafkaError
from faust.exceptions import ConsumerNotStarted
from prometheus_client import CollectorRegistry, generate_latest

from sentiment.topics import FEEDBACK, MENTIONS
from stream.app import StreamApp
from stream.consumer.assignment import Takeover
from stream.kafka.topics import missing_outputs
from stream.mentions.agent import BuzzAgent
from stream.model_monitoring.feedback import read_feedback
from stream.scoring.agent import add_score_agent
from stream.scoring.score_batch import Scoring
from stream.settings import StreamSettings
from stream.transactions.partition_writer import PartitionWriter

log = logging.getLogger(__name__)

_SAMPLE_SECONDS = 1.0


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
    brands = app.brands
    scoring = Scoring(
        settings,
        app.metrics,
        brands,
        partitions[settings.topic(MENTIONS)],
        app.monitors,
    )
    add_score_agent(app, scoring)
    BuzzAgent(app, partitions, brands).add_to(app)
    app.assignment.has_outputs = _output_check(settings, partitions)
    app.task(brands.follow)
    _add_tasks(app)
    _add_pages(app)
    return app


def _output_check(settings: StreamSettings, partitions: dict[str, int]) -> Takeover:
    """Whether what comes of a partition has a place: somebody may have grown `tweets` alone."""

    async def has_outputs(writer: PartitionWriter) -> bool:
        source = writer.source
        if source.partition < partitions[source.topic]:  # checked at the start
            return True
        faults = await missing_outputs(settings, source)
        if faults:
            log.error("%s waits: %s. Grow them with kafka-topics.", writer.name, "; ".join(faults))
        return not faults

    return has_outputs


def _add_tasks(app: StreamApp) -> None:
    async def follow_champion() -> None:
        await app.champion.watch()

    async def watch_progress() -> None:
        while not app.should_stop:
            await asyncio.sleep(_SAMPLE_SECONDS)
            app.health.sample(_ends(app))
            app.assignment.refresh()

    async def monitor_model() -> None:
        app.monitors.start()
        try:
            unreadable = app.metrics.unreadable.labels(FEEDBACK).inc
            await read_feedback(app.stream_settings, app.take_feedback, unreadable)
        finally:
            app.monitors.stop()

    app.task(follow_champion)
    app.task(watch_progress)
    app.task(monitor_model)


def _ends(app: StreamApp) -> dict[tuple[str, int], int]:
    """The last stable offset of each owned partition, as far as the consumer knows it."""
    ends = {}
    for source in list(app.assignment.writers):
        # aiokafka asserts that a partition is assigned; after a rebalance the next sample finds it
        with suppress(AssertionError, KafkaError, ConsumerNotStarted):
            if (end := app.consumer.highwater(source)) >= 0:  # -1 before it knows
                ends[source.topic, source.partition] = end
    return ends


def _add_pages(app: StreamApp) -> None:
    async def live(web: Any, _request: Any) -> Any:
        """For what restarts processes: a partition that stands still is no reason to."""
        return web.json({"alive": True})

    async def health(web: Any, _request: Any) -> Any:
        stuck = app.health.stuck()
        return web.json({"alive": not stuck, "stuck": stuck}, status=503 if stuck else 200)

    async def ready(web: Any, _request: Any) -> Any:
        assignment = app.assignment
        owned = [w.name for w in assignment.writers.values() if assignment.is_readable(w)]
        model = app.champion.loaded and app.champion.current.scorer.model.version
        is_ready = bool(owned) and app.champion.loaded
        facts = {"ready": is_ready, "partitions": owned, "model_version": model or None}
        return web.json(facts, status=200 if is_ready else 503)

    async def metrics(web: Any, _request: Any) -> Any:
        return web.bytes(
            generate_latest(app.metrics.registry), content_type="text/plain; version=0.0.4"
        )

    pages = {"/live": live, "/health": health, "/ready": ready, "/metrics": metrics}
    for path, view in pages.items():
        app.page(path)(view)
