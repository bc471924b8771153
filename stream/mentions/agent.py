"""The agent on `brand.mentions`: keeps the state of each brand, and publishes alerts."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from sentiment.brands.catalogue import BrandCatalogue
from sentiment.reasons import load_reasons
from sentiment.topics import ALERTS, DEAD_LETTERS, HOURS, MENTIONS, MINUTES, TWEETS
from stream.app import StreamApp
from stream.batches.batch import Batch
from stream.batches.executor import BatchExecutor
from stream.buzz.detector import Detector
from stream.buzz.options import BuzzOptions
from stream.buzz.share import rates_of
from stream.buzz.watermark import Watermark
from stream.kafka.changelog import read_changelog, read_records
from stream.mentions.brand_metrics import BrandMetrics
from stream.mentions.brand_states import BrandStates
from stream.mentions.brand_store import BrandStore
from stream.mentions.mention_batch import MentionBatch, MentionContext
from stream.mentions.recount import count_again
from stream.mentions.room import Room
from stream.transactions.partition_writer import PartitionWriter

log = logging.getLogger(__name__)

_TICK_SECONDS = 5.0


class BuzzAgent:
    """Keeps the brands of the partitions that this worker owns.

    Args:
        app: whose topics, pipeline and metrics.
        partitions: number of partitions by topic.
        brands: the configured brands, which the metrics always show.
    """

    def __init__(self, app: StreamApp, partitions: dict[str, int], brands: BrandCatalogue) -> None:
        settings = app.stream_settings
        self._app = app
        self._options = BuzzOptions(
            false_alarms_per_week=settings.false_alarms_per_week,
            method=settings.detector,
            drift=settings.drift,
            lateness_minutes=settings.lateness_minutes,
        )
        self._detector = Detector(self._options, reasons=load_reasons())
        configured: Callable[[], list[str]] = lambda: brands.finder.brands  # noqa: E731
        self._shown = BrandMetrics(app.metrics.buzz, self._options, configured)
        self._context = MentionContext(
            settings,
            app.metrics,
            partitions,
            self._shown.view,
            self._shown.show,
            self._shown.alert,
            self._shown.forget,
            configured,
        )
        self._thread = BatchExecutor(1, settings.batch_records)
        self._room = Room(settings.brands_held, partitions[settings.topic(MENTIONS)])
        self._sources = partitions[settings.topic(TWEETS)]
        self._states: dict[PartitionWriter, BrandStates] = {}
        self._topic = settings.topic(MENTIONS)

    def add_to(self, app: StreamApp) -> None:
        """Register the agent, its takeover and its clock."""
        topic = app.topic(self._topic, key_serializer="raw", value_serializer="raw", acks=False)
        outputs = [
            app.stream_settings.topic(base) for base in (MINUTES, ALERTS, HOURS, DEAD_LETTERS)
        ]
        app.assignment.register_agent(self._topic, outputs, self._restore)
        app.agent(topic, name="buzz")(self._count)
        app.task(self._tick)

    async def _count(self, batches: Any) -> None:
        """Count mentions as they come."""
        async for batch in batches:
            if batch.writer in self._states:
                self._submit(batch)
            else:  # fetched under a former assignment: it is fetched again
                self._app.assignment.backpressure.finished(batch.writer, batch.end)

    def _submit(self, batch: Batch, clock: int | None = None) -> None:
        self._learn_rates()
        task = MentionBatch(self._context, self._states[batch.writer], clock)
        self._app.pipeline.submit(batch, task, self._thread)

    async def _restore(self, writer: PartitionWriter) -> bool:
        settings, partition = self._app.stream_settings, writer.source.partition
        minutes = TopicPartition(settings.topic(MINUTES), partition)
        states = self._new_states()
        try:
            await states.restore(read_changelog(settings, minutes))
            start, end = states.missing
            if start < end:
                async for records in read_records(settings, writer.source, start, end):
                    count_again(states, records)
        except (KafkaError, OSError, sqlite3.Error) as error:
            states.close()
            log.warning("%s: cannot restore its brands yet: %r", writer.name, error)
            return False
        self._forget()  # what it knew of them under a former assignment
        self._states[writer] = states
        for state in states.held:
            self._shown.restore(state)
        return True

    def _new_states(self) -> BrandStates:
        settings = self._app.stream_settings
        return BrandStates(
            self._detector,
            Watermark(
                self._options.lateness_minutes,
                sources=self._sources,
                idle_ms=int(settings.idle_partition_seconds * 1_000),
            ),
            BrandStore(settings.state_dir / "brands"),
            self._room,
            self._app.metrics.unreadable.labels(MINUTES).inc,
        )

    def _learn_rates(self) -> None:
        """The error rates of the version that runs, for the correction of shares."""
        if not self._app.champion.loaded:
            return
        scorer = self._app.champion.current.scorer
        if scorer.model.version not in self._detector.rates:
            self._detector.rates |= rates_of(scorer.model.version, scorer.card)

    async def _tick(self) -> None:
        """Let the clock close the minutes of partitions where nothing comes.

        The clock stands still while tweets wait to be scored, or may wait just after a takeover:
        otherwise their mentions would all be late.
        """
        assignment, tweets = self._app.assignment, self._app.stream_settings.topic(TWEETS)
        pressure = assignment.backpressure
        while not self._app.should_stop:
            await asyncio.sleep(_TICK_SECONDS)
            self._forget()
            if (reached := self._app.health.reached(tweets)) is None:
                continue
            clock = int(reached * 1_000)
            for source, writer in list(assignment.writers.items()):
                if writer in self._states and assignment.is_idle(writer):
                    here = pressure.flows[writer].fetched_to
                    pressure.fetched(writer, here)
                    tick = Batch(source.topic, source.partition, here, here, [], writer)
                    self._submit(tick, clock)

    def _forget(self) -> None:
        """Drop brands of revoked partitions: their new owner shows them."""
        for writer in [writer for writer in self._states if writer.state in ("lost", "closed")]:
            states = self._states.pop(writer)
            for state in states.held:
                self._shown.forget(state.brand)
            self._thread.run(states.close)
