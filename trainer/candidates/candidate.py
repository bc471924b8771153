"""The interface that all families of models share, and the way from data to an artefact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sentiment import artefact
from sentiment.card import Card, Layout
from sentiment.errors import ArtefactError
from sentiment.reference import build_reference
from sentiment.scorer import Scorer
from sentiment.tokenizer import load_tokenizer
from trainer.context import Context
from trainer.data.tweets import Split
from trainer.evaluation.calibration import calibrated, fit_temperature
from trainer.evaluation.golden import write_golden

PARITY = 1e-5
"""How far the artefact's probabilities may be from those of the framework that trained it."""

_COMPARED = 2_000
_REFERENCE = 20_000
"""Most texts of the validation part that drift is measured against."""


class Fitted(Protocol):
    """A model that was trained, still in its framework."""

    @property
    def layout(self) -> Layout:
        """How the graph takes ids."""

    @property
    def int8(self) -> bool:
        """Whether the artefact computes in 8 bits, so that it cannot agree exactly."""

    def logits(self, texts: Sequence[str]) -> NDArray[np.floating]:
        """Uncalibrated log odds of the negative class, [n], by the framework that trained it."""

    def export(self, folder: Path, temperature: float) -> None:
        """Write graph and tokenizer into `folder`; the graph divides its logits."""


class Candidate(Protocol):
    """One family of models."""

    @property
    def name(self) -> str:
        """Name for people; written into the card."""

    def fit(self, split: Split, run: Context) -> Fitted:
        """Train on `split.train`; `split.validation` decides when to stop."""


@dataclass(frozen=True)
class Built:
    """An artefact, and how closely it agrees with its framework."""

    folder: Path
    card: Card
    parity: float


def build(candidate: Candidate, split: Split, folder: Path, run: Context) -> Built:
    """Train a candidate, calibrate it on the validation part and export it.

    Raises:
        ArtefactError: the artefact says something else than the framework.
    """
    fitted = candidate.fit(split, run)
    validation = split.validation
    found = fitted.logits(validation.texts)
    temperature = fit_temperature(found, validation.negative)
    folder.mkdir(parents=True, exist_ok=True)
    fitted.export(folder, temperature)
    every = len(validation.texts) // _REFERENCE + 1  # data sets come sorted by label
    card = Card(
        candidate=candidate.name,
        layout=fitted.layout,
        created_at=datetime.now(UTC),
        data_digest=split.train.digest(),
        tolerance=0.05 if fitted.int8 else 0.01,
        reference=build_reference(
            load_tokenizer(folder / artefact.TOKENIZER),
            validation.texts[::every],
            calibrated(found[::every], temperature).tolist(),
        ),
    )
    card = write_golden(folder, card)
    expected = calibrated(found[:_COMPARED], temperature)
    parity = _parity(folder, validation.texts[:_COMPARED], expected, fitted.int8)
    return Built(folder, card, parity)


def _parity(folder: Path, texts: list[str], expected: NDArray[np.floating], int8: bool) -> float:
    """The largest difference; of an int8 graph the mean one, because single texts may move."""
    differences = np.abs(Scorer(folder).score(texts).p_negative - expected)
    apart = float(differences.mean() if int8 else differences.max(initial=0))
    allowed = 0.05 if int8 else PARITY
    if not apart <= allowed:
        raise ArtefactError(
            f"expected the graph in {folder} to agree with its framework within {allowed}, "
            f"got {apart:.2g}; the export is at fault, so the version is not registered."
        )
    return apart
