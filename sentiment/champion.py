"""The model version that runs: loaded beside the old one, checked, swapped between two batches."""

import asyncio
import logging
import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event

from sentiment.errors import ArtefactError, BadbuzzError, RegistryError, TooSlowError
from sentiment.registry import Pointer, Registry, require_runnable
from sentiment.scorer import ModelVersion, Scorer
from sentiment.settings import Settings
from sentiment.version_check import check_version

log = logging.getLogger(__name__)

_AGAIN_SECONDS = 600.0


@dataclass(frozen=True)
class Running:
    """A version in use. Take one per batch and use nothing else for it."""

    pointer: Pointer
    scorer: Scorer
    since: float


class Champion:
    """Follows the alias. `current` never blocks; a refused version leaves the old one running.

    Args:
        settings: names the registry, the alias and the time between look-ups.
        on_swap: called with the version that now runs.
        on_refused: called with the version that does not, and why.
    """

    def __init__(
        self,
        settings: Settings,
        on_swap: Callable[[ModelVersion], None] = lambda _: None,
        on_refused: Callable[[str, str], None] = lambda _version, _reason: None,
    ) -> None:
        self._settings = settings
        self._registry = Registry(settings)
        self._on_swap = on_swap
        self._on_refused = on_refused
        self._stopped = Event()
        self._running: Running | None = None
        self._refused: Pointer | None = None
        self._refused_until = 0.0
        self._lock = asyncio.Lock()
        self._reachable = True

    @property
    def loaded(self) -> bool:
        """Whether there is a version to score with."""
        return self._running is not None

    @property
    def current(self) -> Running:
        """The version that runs.

        Raises:
            RegistryError: none was loaded yet.
        """
        if self._running is None:
            raise RegistryError("no model version is loaded yet; wait for /ready.")
        return self._running

    async def start(self) -> None:
        """Load the champion; where the registry or the version fails, the last good one.

        Raises:
            RegistryError: the registry does not answer and no version was kept here.
            ArtefactError: the champion is refused and no other version was kept here.
        """
        try:
            await self.refresh()
            if self.loaded:
                return
            problem: Exception = ArtefactError(
                f"the champion, version {self._refused.version if self._refused else '?'}, was "
                "refused and no earlier version is kept here; see the log, then promote another."
            )
        except RegistryError as error:
            problem = error
        last = await asyncio.to_thread(self._registry.last_good)
        if last is None:
            raise problem
        log.warning("%s Going on with the last good version, %s.", problem, last.version)
        await self._load(last)

    async def watch(self) -> None:
        """Follow the alias until cancelled; trouble is logged and retried, ever more slowly."""
        wait = self._settings.model_poll_seconds
        while True:
            await asyncio.sleep(wait)
            try:
                await self.refresh()
                wait = self._settings.model_poll_seconds
            except RegistryError as error:
                if self._reachable:
                    log.warning("%s Scoring continues with the current version.", error)
                self._reachable = False
                wait = min(wait * 2, self._settings.model_poll_seconds * 3)
            else:
                self._reachable = True

    async def refresh(self) -> Running | None:
        """Look the alias up now, and load what it names.

        Returns:
            what runs afterwards.

        Raises:
            RegistryError: the registry does not answer.
        """
        async with self._lock:
            pointer = await asyncio.to_thread(self._registry.pointer)
            if self._is_refused(pointer) or (self._running and pointer == self._running.pointer):
                return self._running
            try:
                await self._load(pointer)
            except ArtefactError as error:
                self._refused = pointer
                # A machine that was busy may be less so later.
                again = _AGAIN_SECONDS if isinstance(error, TooSlowError) else math.inf
                self._refused_until = time.monotonic() + again
                self._on_refused(pointer.version, type(error).__name__)
                log.error("Version %s is refused: %s", pointer.version, error)
            return self._running

    async def at_least(self, pointer: Pointer) -> bool:
        """Whether what runs is not older than `pointer`, after one try to make it so.

        A partition's former owner may have seen a move of the alias that this process has not.
        """
        if self._running and self._running.pointer == pointer:
            return True
        with suppress(RegistryError):  # the copy on this disk may still be new enough
            await self.refresh()
            if pointer != self._refused:
                return self.loaded
        async with self._lock:
            if self._running and self._running.pointer.change >= pointer.change:
                return True
            try:
                await self._load(pointer)
            except (ArtefactError, RegistryError) as error:
                log.error("Version %s, needed to continue in order, is missing: %s", pointer, error)
                return False
        return True

    def _is_refused(self, pointer: Pointer) -> bool:
        return pointer == self._refused and time.monotonic() < self._refused_until

    async def _load(self, pointer: Pointer) -> None:
        """Raises ArtefactError or RegistryError; what runs is then unchanged."""
        try:
            scorer = await asyncio.to_thread(self._open, pointer)
        except asyncio.CancelledError:  # this process ends, and must not wait for the thread
            self._stopped.set()
            self._registry.stop()
            raise
        # The old scorer is not closed: a batch may still be in it. It goes with its last batch.
        self._running = Running(pointer, scorer, time.time())
        self._on_swap(scorer.model)
        log.info("Version %s (digest %s) runs.", pointer.version, scorer.model.digest)

    def _open(self, pointer: Pointer) -> Scorer:
        try:
            return self._checked(pointer)
        except BadbuzzError:
            raise
        except OSError as error:
            raise RegistryError(
                f"version {pointer.version} cannot be kept here: {error}"
            ) from error
        except Exception as error:
            raise ArtefactError(f"version {pointer.version} cannot score: {error!r}") from error

    def _checked(self, pointer: Pointer) -> Scorer:
        require_runnable(pointer)
        folder = self._registry.fetch(pointer)
        model = ModelVersion(self._registry.name, pointer.version, pointer.digest)
        check_version(folder, model, self._settings.model_check_seconds, self._stopped)
        scorer = Scorer(folder, model, self._settings.scorer_threads)
        scorer.check_golden()
        self._registry.keep(pointer)
        return scorer
