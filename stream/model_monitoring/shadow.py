"""The challenger in the shadow: it scores a sample of the champion's tweets and publishes nothing.

Both versions are compared tweet by tweet, in a thread of their own.
"""

import logging
import time
from dataclasses import dataclass
from typing import NamedTuple

from sentiment.champion import Running
from sentiment.errors import AbsentError, ArtefactError, RegistryError
from sentiment.registry import Pointer, Registry, require_runnable
from sentiment.scorer import ModelVersion, Scorer
from sentiment.scores import Answer
from sentiment.settings import Settings
from sentiment.support import select
from sentiment.version_check import check_version
from stream.metrics import ShadowMetrics
from stream.model_monitoring.sampling import Sampled

log = logging.getLogger(__name__)

ALIAS = "challenger"
_LEAST = 1e-6


class LabelledText(NamedTuple):
    """A text that a person labelled, to compare both versions on."""

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
        self._check_seconds = settings.model_check_seconds
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
        require_runnable(pointer)
        folder = self._registry.fetch(pointer)
        model = ModelVersion(self._registry.name, pointer.version, pointer.digest)
        check_version(folder, model, self._check_seconds)
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
    """What the thread does with sampled tweets and with people's labels.

    Attributes:
        challenger: the other version.
        metrics: where the comparison is shown.
    """

    challenger: Challenger
    metrics: ShadowMetrics

    def take(self, item: Sampled | LabelledText) -> None:
        """Score in the shadow, unless there is no challenger or it is the champion itself."""
        scorer = self.challenger.scorer
        if scorer is None or scorer.model.digest == item.running.scorer.model.digest:
            return
        if isinstance(item, LabelledText):
            self._judge(item, scorer)
        else:
            self._compare(item, scorer)

    def _compare(self, sampled: Sampled, scorer: Scorer) -> None:
        scored = [i for i, one in enumerate(sampled.answers) if one.p_negative is not None]
        texts = [sampled.texts[i] for i in scored]
        asked = select(scorer.card, texts, [sampled.languages[i] for i in scored])
        if not asked.rows:
            return
        encoded = scorer.tokenizer.encode([texts[row] for row in asked.rows])
        started = time.perf_counter()
        scores = scorer.run(encoded)
        self.metrics.score_seconds.observe(time.perf_counter() - started)
        for i, answer in zip(scored, scorer.answers(asked, scores), strict=True):
            if (apart := _apart(sampled.answers[i], answer)) is not None:
                version = scorer.model.version
                self.metrics.tweets.labels(sampled.answers[i].label, answer.label, version).inc()
                self.metrics.apart.observe(apart)

    def _judge(self, labelled: LabelledText, challenger: Scorer) -> None:
        versions = {"champion": labelled.running.scorer, "challenger": challenger}
        three = all(scorer.card.three for scorer in versions.values())
        if labelled.right == "neutral" and not three:
            return  # only labels that both versions can give are compared
        for role, scorer in versions.items():
            scores = scorer.score([labelled.text])
            (label,) = scorer.labels(scores if three else scores.as_two())
            outcome = _outcome(label, labelled.right)
            self.metrics.feedback.labels(role, outcome, challenger.model.version).inc()


def _apart(one: Answer, other: Answer) -> float | None:
    """Difference of p_negative; where only one version knows neutral, of p_negative among the
    texts that are not. None: one of them has no answer."""
    if one.p_negative is None or other.p_negative is None:
        return None
    if (one.p_neutral is None) == (other.p_neutral is None):
        return abs(one.p_negative - other.p_negative)
    return abs(_polarity(one.p_negative, one) - _polarity(other.p_negative, other))


def _polarity(p_negative: float, answer: Answer) -> float:
    if answer.p_positive is None:
        return p_negative
    return p_negative / max(p_negative + answer.p_positive, _LEAST)


def _outcome(label: str, right: str) -> str:
    if label in ("uncertain", "unsupported"):
        return "uncertain"
    return "right" if label == right else "wrong"
