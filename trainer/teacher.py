"""Soft labels for the student: what the best transformer there is thinks of each text."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentiment import artefact
from sentiment.errors import ArtefactError, TrainingError
from sentiment.scorer import Scorer
from trainer.context import Context
from trainer.settings import TrainerSettings

_STEP = 2_048


@dataclass(frozen=True)
class Teacher:
    """A transformer's artefact: of the student's own data, else the newest one registered."""

    settings: TrainerSettings

    def soft_labels(
        self, texts: Sequence[str], data_digest: str, run: Context
    ) -> NDArray[np.float32]:
        """p_negative of each text, float32 [n]; what an interrupted call found is kept.

        Args:
            data_digest: of the training part; a transformer that learned from the same rows and
                is not registered yet goes before registered ones.

        Raises:
            TrainingError: no transformer was trained yet.
        """
        scorer = self._scorer(data_digest)
        kept = run.checkpoints / f"soft-{scorer.model.digest}-{_digest(texts)}"
        kept.mkdir(parents=True, exist_ok=True)
        labels = np.empty(len(texts), np.float32)
        with run.bar("soft labels", len(texts)) as bar:
            for first in range(0, len(texts), _STEP):
                some = texts[first : first + _STEP]
                labels[first : first + _STEP] = _labels(scorer, some, kept / f"{first}.npy")
                bar.advance(len(some))
        return labels

    def _scorer(self, data_digest: str) -> Scorer:
        here = self.settings.training_dir.glob(f"distilbert-*/artefact/{artefact.CARD}")
        own = [card.parent for card in here if _is_finished(card.parent, data_digest)]
        if own:
            return Scorer(max(own, key=lambda folder: folder.stat().st_mtime))
        from trainer.versions import newest_of  # noqa: PLC0415 - MLflow takes seconds

        scorer = newest_of(self.settings, "distilbert")
        if scorer is None:
            raise TrainingError(
                "the student learns from a transformer and there is none yet; train it first: "
                "`badbuzz train distilbert student`."
            )
        return scorer


def _is_finished(folder: Path, data_digest: str) -> bool:
    """Whether a training on these rows ended here; only then its card holds metrics."""
    try:
        card = artefact.read_card(folder)
    except ArtefactError:
        return False
    return bool(card.metrics) and card.data_digest == data_digest


def _digest(texts: Sequence[str]) -> str:
    whole = hashlib.sha256()
    for text in texts:
        whole.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return whole.hexdigest()[:16]


def _labels(scorer: Scorer, texts: Sequence[str], kept: Path) -> NDArray[np.float32]:
    if kept.is_file():
        found: NDArray[np.float32] = np.load(kept)
        return found
    found = scorer.score(texts)
    temporary = kept.with_suffix(".part.npy")
    np.save(temporary, found)
    temporary.replace(kept)
    return found
