"""The challenger in the shadow: it scores some of the champion's tweets and publishes nothing.

Each pair of labels is of one tweet. All of it happens in a thread of its own.
"""

import logging
import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sentiment import artefact
from sentiment.champion import Running
from sentiment.errors import AbsentError, ArtefactError, RegistryError
from sentiment.registry import Pointer, Registry
from sentiment.scorer import ModelVersion, Scorer
from sentiment.settings import Settings
from stream.metrics import ShadowMetrics
from stream.sampling import Sampled

log = logging.getLogger(__name__)

ALIAS = "challenger"


class Verdict(NamedTuple):
    """A person's word on a text, for both versions to be measured by."""

    running: Running
    text: str
    right: str


class Challenger:
    """The version that the alias `challenger` names, loaded in the thread that asks. Blocking.

    Args:
        settings: name the registry; the version is kept in a folder of its own, so that the
            champion's last good version stays what it is.
        metrics: tell which version it is, and which was refused.
    """

    def __init__(self, settings: Settings, metrics: ShadowMetrics) -> None:
        own = {"model_alias": ALIAS, "models_dir": settings.models_dir / ALIAS}
        self._registry = Registry(settings.model_copy(update=own))
        self._metrics = metrics
        self._every_seconds = settings.model_poll_seconds
        self._due = time.monotonic()
        self._pointer: Pointer | None = None
        self.scorer: Scorer | None = None

    def follow(self) -> None:
        """Look the alias up when it is time; call it often.

        Without the alias there is no challenger; while the registry is silent it stays.
        """
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + self._every_seconds
        try:
            pointer = self._registry.pointer()
        except AbsentError:
            self._drop()
        except RegistryError as error:
            log.debug("The challenger stays as it is: %s", error)
        else:
            self._change(pointer)

    def _change(self, pointer: Pointer) -> None:
        if pointer == self._pointer:
            return
        self._drop()
        self._pointer = pointer
        try:
            self._load(pointer)
        except ArtefactError as error:
            self._metrics.refused.labels(type(error).__name__).inc()
            log.error("Challenger %s is refused: %s", pointer.version, error)
        except RegistryError:
            self._pointer = None  # tried again at the next look-up

    def _load(self, pointer: Pointer) -> None:
        folder = self._registry.fetch(pointer)
        model = ModelVersion(
            self._registry.name, pointer.version, pointer.digest or artefact.digest(folder)
        )
        scorer = Scorer(folder, model, threads=1)
        scorer.check_golden()
        self._registry.keep(pointer)
        self.scorer = scorer
        self._metrics.runs(model)
        log.info("Version %s is scored in the shadow.", pointer.version)

    def _drop(self) -> None:
        self._pointer = self.scorer = None
        self._metrics.ends()


@dataclass
class Shadow:
    """What the thread does with sampled tweets and with people's verdicts.

    Attributes:
        challenger: the other version.
        metrics: where the comparison is shown.
    """

    challenger: Challenger
    metrics: ShadowMetrics

    def take(self, item: Sampled | Verdict) -> None:
        """Score in the shadow, unless there is no challenger or it is the champion itself."""
        scorer = self.challenger.scorer
        if scorer is None or scorer.model.digest == item.running.scorer.model.digest:
            return
        if isinstance(item, Verdict):
            self._judge(item, scorer)
        else:
            self._compare(item, scorer)

    def _compare(self, sampled: Sampled, scorer: Scorer) -> None:
        supports = scorer.card.supports
        both = [
            i
            for i, p in enumerate(sampled.p_negative)
            if p is not None and supports(sampled.languages[i])
        ]
        if not both:
            return
        encoded = scorer.tokenizer.encode([sampled.texts[i] for i in both])
        started = time.perf_counter()
        found = scorer.run(encoded)
        self.metrics.score_seconds.observe(time.perf_counter() - started)
        version = scorer.model.version
        for i, p in zip(both, found.tolist(), strict=True):
            self.metrics.tweets.labels(sampled.labels[i], scorer.label(p), version).inc()
            self.metrics.apart.observe(abs(p - float(np.float32(sampled.p_negative[i]))))

    def _judge(self, verdict: Verdict, challenger: Scorer) -> None:
        for role, scorer in (
            ("champion", verdict.running.scorer),
            ("challenger", challenger),
        ):
            label = scorer.label(float(scorer.score([verdict.text])[0]))
            outcome = _outcome(label, verdict.right)
            self.metrics.feedback.labels(role, outcome, challenger.model.version).inc()


def _outcome(label: str, right: str) -> str:
    if label not in ("negative", "positive"):
        return "uncertain"
    return "right" if label == right else "wrong"
