"""The interface that all families of models share, and the way from data to an artefact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sentiment.card import Card, Layout
from sentiment.errors import ArtefactError
from sentiment.scorer import Scorer
from trainer.calibration import calibrated, fit_temperature
from trainer.context import Context
from trainer.data import Split
from trainer.golden import write_golden

PARITY = 1e-5
"""How far the artefact's probabilities may be from those of the framework that trained it."""


class Fitted(Protocol):
    """A model that was trained, still in its framework."""

    @property
    def layout(self) -> Layout:
        """How the graph takes ids."""

    def logits(self, texts: Sequence[str]) -> NDArray[np.floating]:
        """Uncalibrated log odds of the negative class, [n], by the framework that trained it."""

    def export(self, folder: Path, temperature: float) -> None:
        """Write graph and tokenizer into `folder`; the graph divides its logits."""


class Candidate(Protocol):
    """One family of models."""

    @property
    def name(self) -> str:
        """What people call it; stands in the card."""

    def fit(self, split: Split, run: Context) -> Fitted:
        """Train on `split.train`; `split.validation` decides when to stop."""


@dataclass(frozen=True)
class Built:
    """An artefact that agrees with its framework, and how closely."""

    folder: Path
    card: Card
    parity: float


def build(candidate: Candidate, split: Split, folder: Path, run: Context) -> Built:
    """Train a candidate, calibrate it on the validation part and export it.

    Raises:
        ArtefactError: the artefact says something else than the framework.
    """
    fitted = candidate.fit(split, run)
    temperature = fit_temperature(fitted.logits(split.validation.texts), split.validation.negative)
    folder.mkdir(parents=True, exist_ok=True)
    fitted.export(folder, temperature)
    card = Card(
        candidate=candidate.name,
        layout=fitted.layout,
        created_at=datetime.now(UTC),
        data_digest=split.train.digest(),
    )
    card = write_golden(folder, card)
    texts = split.validation.texts[:2_000]
    expected = calibrated(fitted.logits(texts), temperature)
    return Built(folder, card, _parity(folder, texts, expected))


def _parity(folder: Path, texts: list[str], expected: NDArray[np.floating]) -> float:
    apart = float(np.abs(Scorer(folder).score(texts) - expected).max(initial=0))
    if not apart <= PARITY:
        raise ArtefactError(
            f"expected the graph in {folder} to agree with its framework within {PARITY}, "
            f"got {apart:.2g}; the export is at fault, so the version is not registered."
        )
    return apart
