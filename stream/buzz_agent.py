"""The agent on `brand.mentions`: keeps the state of each brand, and publishes alerts."""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from sentiment.topics import ALERTS, DEAD_LETTERS, MENTIONS, MINUTES, TWEETS
from stream.batch import Batch
from stream.brands import BrandFile
from stream.buzz.detector import Detector
from stream.buzz.options import BuzzOptions
from stream.buzz.share import Rates
from stream.buzz.watermark import Watermark
from stream.buzz_board import BuzzBoard
from stream.gathering import Gathering
from stream.restoring import read_back
from stream.transactions import PartitionWriter
from stream.watching import Memory, WatchBatch, Watching

if TYPE_CHECKING:
    from stream.app import StreamApp

log = logging.getLogger(__name__)

_TICK_SECONDS = 5.0


class BuzzAgent:
    """Watches the brands of the partitions that this worker owns.

    Args:
        app: whose topics, pipeline and metrics.
        partitions: number of partitions by topic.
        brands: those that are always shown in the metrics.
    """

    def __init__(self, app: "StreamApp", partitions: dict[str, int], brands: BrandFile) -> None:
        settings = app.stream_settings
        self._app = app
        self._options = BuzzOptions(false_alarms_per_week=settings.false_alarms_per_week)
        self._detector = Detector(self._options)
        configured: Callable[[], list[str]] = lambda: brands.finder.brands  # noqa: E731
        self._board = BuzzBoard(app.metrics.buzz, self._options, configured)
        self._watching = Watching(
            settings,
            app.metrics,
            partitions[settings.topic(ALERTS)],
            self._board.tell,
            self._board.show,
        )
        self._thread = Gathering(1, settings.batch_records)
        self._memories: dict[PartitionWriter, Memory] = {}
        self._topic = settings.topic(MENTIONS)

    def add_to(self, app: "StreamApp") -> None:
        """Register the agent, what it does on a takeover, and its clock."""
        topic = app.topic(self._topic, key_serializer="raw", value_serializer="raw", acks=False)
        outputs = [app.stream_settings.topic(base) for base in (MINUTES, ALERTS, DEAD_LETTERS)]
        app.ownership.serve(self._topic, outputs, self._restore)
        app.agent(topic, name="buzz")(self._watch)
        app.task(self._tick)

    async def _watch(self, batches: Any) -> None:
        """Count mentions as they come."""
        async for batch in batches:
            if batch.writer in self._memories:
                self._submit(batch)
            else:  # fetched under an owner that is gone: it is fetched again
                self._app.ownership.finished(batch.writer, batch.end)

    def _submit(self, batch: Batch, clock: int | None = None) -> None:
        self._learn_rates()
        work = WatchBatch(self._watching, self._memories[batch.writer], clock)
        self._app.pipeline.submit(batch, work, self._thread)

    async def _restore(self, writer: PartitionWriter) -> bool:
        settings, partition = self._app.stream_settings, writer.source.partition
        memory = Memory(self._detector, Watermark(self._options.lateness_minutes))
        try:
            memory.load(
                await read_back(settings, TopicPartition(settings.topic(MINUTES), partition))
            )
        except KafkaError as error:
            log.warning("%s: its brands cannot be read back yet: %r", writer.name, error)
            return False
        self._forget()  # what it knew of them as a former owner, before it shows them anew
        self._memories[writer] = memory
        for state in memory.brands.values():
            self._board.restore(state)
        return True

    def _learn_rates(self) -> None:
        """The error rates of the version that runs, for the correction of shares."""
        if not self._app.champion.loaded:
            return
        scorer = self._app.champion.current.scorer
        errors = scorer.card.error_rates
        if errors is not None and scorer.model.version not in self._detector.rates:
            rates = Rates(errors.false_positive, errors.false_negative)
            self._detector.rates[scorer.model.version] = rates

    async def _tick(self) -> None:
        """Let the clock close the minutes of partitions where nothing comes.

        It stands still while tweets wait to be scored, or may wait, as just after a takeover:
        their mentions would all come too late.
        """
        ownership, tweets = self._app.ownership, self._app.stream_settings.topic(TWEETS)
        while not self._app.should_stop:
            await asyncio.sleep(_TICK_SECONDS)
            self._forget()
            if (reached := self._app.health.reached(tweets)) is None:
                continue
            clock = int(reached / 60)
            for source, writer in list(ownership.writers.items()):
                quiet = writer.state == "open" and not writer.held and not writer.in_flight
                if source.topic == self._topic and quiet and writer in self._memories:
                    here = writer.fetched_to
                    ownership.fetched(writer, here)
                    tick = Batch(source.topic, source.partition, here, here, [], writer)
                    self._submit(tick, clock)

    def _forget(self) -> None:
        """Brands of partitions that went away are shown by their new owner."""
        for writer in [writer for writer in self._memories if writer.state in ("lost", "closed")]:
            for brand in list(self._memories.pop(writer).brands):
                self._board.forget(brand)
