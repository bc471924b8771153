"""Soft labels for the student: what the best transformer there is thinks of each text."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentiment import artefact
from sentiment.errors import TrainingError
from sentiment.scorer import Scorer
from trainer.context import Context
from trainer.settings import TrainerSettings

_STEP = 2_048


@dataclass(frozen=True)
class Teacher:
    """A transformer's artefact: of this training, else the newest one registered."""

    settings: TrainerSettings

    def soft_labels(self, texts: Sequence[str], run: Context) -> NDArray[np.float32]:
        """p_negative of each text, float32 [n]; what an interrupted call found is kept.

        Raises:
            TrainingError: no transformer was trained yet.
        """
        scorer = self._scorer()
        kept = run.checkpoints / f"soft-{scorer.model.digest}-{len(texts)}"
        kept.mkdir(parents=True, exist_ok=True)
        labels = np.empty(len(texts), np.float32)
        with run.bar("soft labels", len(texts)) as bar:
            for first in range(0, len(texts), _STEP):
                some = texts[first : first + _STEP]
                labels[first : first + _STEP] = _labels(scorer, some, kept / f"{first}.npy")
                bar.advance(len(some))
        return labels

    def _scorer(self) -> Scorer:
        here = self.settings.training_dir.glob(f"distilbert-*/artefact/{artefact.CARD}")
        newest = max(here, key=lambda card: card.stat().st_mtime, default=None)
        if newest is not None:
            return Scorer(newest.parent)
        from trainer.versions import newest_of  # noqa: PLC0415 - MLflow takes seconds

        scorer = newest_of(self.settings, "distilbert")
        if scorer is None:
            raise TrainingError(
                "the student learns from a transformer and there is none yet; train it first: "
                "`badbuzz train distilbert student`."
            )
        return scorer


def _labels(scorer: Scorer, texts: Sequence[str], kept: Path) -> NDArray[np.float32]:
    if kept.is_file():
        found: NDArray[np.float32] = np.load(kept)
        return found
    found = scorer.score(texts)
    np.save(kept, found)
    return found
