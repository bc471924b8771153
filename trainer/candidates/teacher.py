"""Soft labels for small models: what the best transformer there is thinks of each text."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentiment import artefact
from sentiment.errors import TrainingError
from sentiment.scorer import Scorer
from trainer.context import Context
from trainer.evaluation.finished import finished
from trainer.settings import TrainerSettings

_STEP = 2_048


@dataclass(frozen=True)
class Teacher:
    """A transformer's artefact: of the pupil's own data, else the newest one registered.

    Attributes:
        settings: where trainings and the registry are.
        candidate: which transformer.
        pupil: who learns from it.
    """

    settings: TrainerSettings
    candidate: str = "distilbert"
    pupil: str = "student"

    def soft_labels(
        self, texts: Sequence[str], data_digest: str, run: Context
    ) -> NDArray[np.float32]:
        """The probabilities of each text, float32 [n, classes]; an interrupted call goes on.

        Args:
            data_digest: of the training part; a transformer that learned from the same rows and
                is not registered yet goes before registered ones.

        Raises:
            TrainingError: no transformer was trained yet.
        """
        scorer = self._scorer(data_digest)
        kept = run.checkpoints / f"opinion-{scorer.model.digest}-{_digest(texts)}"
        kept.mkdir(parents=True, exist_ok=True)
        labels = np.empty((len(texts), len(scorer.card.classes)), np.float32)
        with run.bar("soft labels", len(texts)) as bar:
            for first in range(0, len(texts), _STEP):
                some = texts[first : first + _STEP]
                labels[first : first + _STEP] = _labels(scorer, some, kept / f"{first}.npy")
                bar.advance(len(some))
        return labels

    def _scorer(self, data_digest: str) -> Scorer:
        here = self.settings.training_dir.glob(f"{self.candidate}-*/artefact/{artefact.CARD}")
        own = [card.parent for card in here if _is_finished(card.parent, data_digest)]
        if own:
            return Scorer(max(own, key=lambda folder: folder.stat().st_mtime))
        from trainer.registry.versions import newest_of  # noqa: PLC0415 - MLflow takes seconds

        scorer = newest_of(self.settings, self.candidate)
        if scorer is None:
            raise TrainingError(
                f"{self.pupil} learns from a transformer and there is none yet; train it first: "
                f"`badbuzz train {self.candidate} {self.pupil}`."
            )
        return scorer


def _is_finished(folder: Path, data_digest: str) -> bool:
    """Whether a training on these rows ended here; only then its card holds metrics."""
    card = finished(folder)
    return card is not None and card.data_digest == data_digest


def _digest(texts: Sequence[str]) -> str:
    whole = hashlib.sha256()
    for text in texts:
        whole.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return whole.hexdigest()[:16]


def _labels(scorer: Scorer, texts: Sequence[str], kept: Path) -> NDArray[np.float32]:
    if kept.is_file():
        found: NDArray[np.float32] = np.load(kept)
        return found
    found = scorer.score(texts).probabilities
    temporary = kept.with_suffix(".part.npy")
    np.save(temporary, found)
    temporary.replace(kept)
    return found
