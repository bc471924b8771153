"""All parts of the running service, and their life: start, work, stop in order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from prometheus_client import CollectorRegistry

from api.batcher import Batcher
from api.feedback_log import FeedbackLog
from api.gate import Gate
from api.heavy import Heavy
from api.live.hub import Live
from api.metrics import Metrics
from api.schemas import ModelInfo
from api.settings import ApiSettings
from sentiment.champion import Champion
from sentiment.errors import ArtefactError, RegistryError
from sentiment.scorer import ModelVersion

log = logging.getLogger(__name__)

_RETRY_S = 3.0


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
        self.feedback = FeedbackLog(settings, self.metrics)
        self.live = Live(settings, self.metrics, self.model_facts, lambda: self.feedback.up)
        self._tasks: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work in the background. Nothing outside need be up: what is missing is retried, and
        `/ready` tells of it."""
        work: list[Coroutine[Any, Any, None]] = [
            self.batcher.run(),
            self._follow_alias(),
            self.feedback.connect(),
            self.feedback.watch(),
            self.feedback.reader.run(),
            self.live.reader.run(),
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
            await self.feedback.close()
            self.batcher.close()
            self.heavy.close()

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
            languages=card.languages,
            metrics=card.metrics,
            band=list(card.band),
            created_at=card.created_at,
            running_since=datetime.fromtimestamp(running.since, UTC),
        )

    def model_facts(self) -> dict[str, Any] | None:
        """The same for the live page; None: no version runs."""
        return self.model_info().model_dump(mode="json") if self.champion.loaded else None

    async def _follow_alias(self) -> None:
        told = ""
        while not self.champion.loaded:
            try:
                await self.champion.start()
            except (RegistryError, ArtefactError) as error:
                if str(error) != told:
                    log.warning("No model yet: %s", error)
                told = str(error)
                await asyncio.sleep(_RETRY_S)
        await self.champion.watch()

    def _swapped(self, model: ModelVersion) -> None:
        self.metrics.runs(model)

    def _refused(self, _version: str, reason: str) -> None:
        self.metrics.model_refused.labels(reason).inc()

    def _batched(self, size: int, waiting: int) -> None:
        self.metrics.batch_texts.observe(size)
        self.metrics.waiting.set(waiting)
