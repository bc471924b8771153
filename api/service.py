"""All parts of the running service, and their start and stop in order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from prometheus_client import CollectorRegistry

from api.alerts.actions import ActionLog
from api.alerts.book import AlertBook
from api.batcher import Batcher
from api.brands.register import BrandRegister
from api.feedback_log import FeedbackLog
from api.gate import Gate
from api.heavy import Heavy
from api.live.hub import Live
from api.mentions.keeper import MentionKeeper
from api.metrics import Metrics
from api.producer import Producer
from api.reader import Reader
from api.schemas import ModelInfo
from api.settings import ApiSettings
from sentiment.champion import Champion
from sentiment.errors import ArtefactError, RegistryError
from sentiment.scorer import ModelVersion
from sentiment.topics import BRANDS

log = logging.getLogger(__name__)

_RETRY_SECONDS = 3.0
_MODEL_FIRST_SECONDS = 5.0


class Service:
    """What the routes need; `running` starts and stops it.

    Args:
        settings: of all parts.
        registry: where the metrics are registered.
    """

    def __init__(self, settings: ApiSettings, registry: CollectorRegistry) -> None:
        self.settings = settings
        self.metrics = Metrics(registry)
        self.gate = Gate(settings)
        self.champion = Champion(settings, self._swapped, self._refused)
        self.batcher = Batcher(
            self.champion, settings.api_queue_size, settings.api_batch_size, self._batched
        )
        self.heavy = Heavy()
        self.producer = Producer(settings)
        self.feedback = FeedbackLog(settings, self.metrics, self.producer)
        self.alerts = AlertBook(settings, self.metrics)
        self.actions = ActionLog(settings, self.producer, self.alerts)
        skipped = self.metrics.live_records.labels(settings.topic(BRANDS), "unreadable").inc
        self.brands = BrandRegister(settings, skipped)
        self._swapped_once = asyncio.Event()
        self._priors: dict[str, float | None] = {}
        self.mentions = MentionKeeper(settings, self.metrics, self._priors.get)
        self.live = Live(
            settings,
            self.metrics,
            self.model_facts,
            lambda: self.feedback.up,
            self._priors.get,
            self.alerts,
        )
        self._tasks: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work in the background. Nothing outside need be up: what is missing is retried, and
        `/ready` reports it."""
        work: list[Coroutine[Any, Any, None]] = [
            self.batcher.run(),
            self._follow_alias(),
            self.producer.connect(),
            self.alerts.reader.run(),
            self.feedback.watch(),
            self.feedback.reader.run(),
            self._read_after_model(self.live.reader),
            self._read_after_model(self.mentions.reader),
            self.mentions.run(),
            self.brands.run(),
            self.live.progress.run(),
            self.live.run(),
        ]
        self._tasks = [asyncio.create_task(one) for one in work]
        try:
            yield
        finally:
            self.live.clients.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self.producer.close()
            self.batcher.close()
            self.heavy.close()
            self.mentions.close()

    def fault(self) -> str | None:
        """A background task that ended although nothing stopped it; None: all is well."""
        for task in self._tasks:
            if task.done() and not task.cancelled() and task.exception() is not None:
                return f"a background task failed: {type(task.exception()).__name__}"
        return None

    def model_info(self) -> ModelInfo:
        """The version that runs.

        Raises:
            RegistryError: none was loaded yet.
        """
        running = self.champion.current
        card, model = running.scorer.card, running.scorer.model
        return ModelInfo(
            name=model.name,
            version=model.version,
            digest=model.digest,
            candidate=card.candidate,
            classes=list(card.classes),
            languages=card.languages,
            metrics=card.metrics,
            band=list(card.band),
            margin=card.margin,
            created_at=card.created_at,
            running_since=datetime.fromtimestamp(running.since, UTC),
        )

    def model_facts(self) -> dict[str, Any] | None:
        """The same for the live page; None: no version runs."""
        return self.model_info().model_dump(mode="json") if self.champion.loaded else None

    async def _read_after_model(self, reader: Reader) -> None:
        """Read for the pages once the version is known by which shares are corrected; without
        one, too, after a while."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_MODEL_FIRST_SECONDS):
                await self._swapped_once.wait()
        await reader.run()

    async def _follow_alias(self) -> None:
        logged = ""
        while not self.champion.loaded:
            try:
                await self.champion.start()
            except (RegistryError, ArtefactError) as error:
                if str(error) != logged:
                    log.warning("No model yet: %s", error)
                logged = str(error)
                await asyncio.sleep(_RETRY_SECONDS)
        await self.champion.watch()

    def _swapped(self, model: ModelVersion) -> None:
        self.metrics.runs(model)
        self._swapped_once.set()
        self._priors[model.version] = self.champion.current.scorer.card.negative_prior

    def _refused(self, _version: str, reason: str) -> None:
        self.metrics.model_refused.labels(reason).inc()

    def _batched(self, size: int, waiting: int) -> None:
        self.metrics.batch_texts.observe(size)
        self.metrics.waiting.set(waiting)
