"""The interface of models of three classes, and the way from sources to an artefact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sentiment import artefact
from sentiment.card import THREE, Card, Layout
from sentiment.errors import ArtefactError
from sentiment.reference import build_reference
from sentiment.scorer import Scorer
from sentiment.tokenizer import load_tokenizer
from trainer.candidates.candidate import PARITY
from trainer.context import Context
from trainer.evaluation.class_calibration import Calibration, fit_calibration
from trainer.evaluation.golden import write_golden
from trainer.evaluation.prevalence import fit_prior
from trainer.sources.rows import Rows
from trainer.sources.split import Parts

_COMPARED = 2_000
_REFERENCE = 20_000
_INT8_APART = 0.05


class FittedThree(Protocol):
    """A model of three classes that was trained, still in its framework."""

    @property
    def layout(self) -> Layout:
        """How the graph takes ids."""

    @property
    def languages(self) -> list[str]:
        """ISO 639-1 codes of those it learned, in the order in which the graph numbers them."""

    @property
    def int8(self) -> bool:
        """Whether the artefact computes in 8 bits, so that it cannot agree exactly."""

    @property
    def known_threshold(self) -> float:
        """Of p_known, for the card; 0 where the graph does not tell it."""

    def logits(self, texts: Sequence[str]) -> NDArray[np.floating]:
        """Uncalibrated logits of negative, neutral, positive, [n, 3], by the framework."""

    def export(self, folder: Path, calibration: Calibration) -> None:
        """Write graph and tokenizer into `folder`; the calibration is in the graph."""


class ThreeClassCandidate(Protocol):
    """One family of models of three classes."""

    @property
    def name(self) -> str:
        """What people call it; stands in the card."""

    def fit(self, parts: Parts, run: Context) -> FittedThree:
        """Train on `parts.train`; `parts.validation` decides when to stop.

        A row of a two-class source teaches p(negative | not neutral) alone.
        """


@dataclass(frozen=True)
class BuiltThree:
    """An artefact of three classes, and how closely it agrees with its framework."""

    folder: Path
    card: Card
    parity: float


def build_three(
    candidate: ThreeClassCandidate, parts: Parts, folder: Path, run: Context
) -> BuiltThree:
    """Train a candidate, calibrate it on the validation rows of three classes and export it.

    Raises:
        ArtefactError: the artefact says something else than the framework.
    """
    fitted = candidate.fit(parts, run)
    validation = parts.validation.take(~parts.validation.two_class)
    logits = fitted.logits(validation.texts)
    calibration = fit_calibration(logits, validation.labels)
    folder.mkdir(parents=True, exist_ok=True)
    fitted.export(folder, calibration)
    expected = calibration.probabilities(logits)
    card = write_golden(folder, _card(candidate.name, fitted, parts, folder, expected))
    parity = _parity(folder, validation.texts[:_COMPARED], expected[:_COMPARED], fitted.int8)
    return BuiltThree(folder, card, parity)


def languages_of(rows: Rows) -> list[str]:
    """Languages that rows of three classes were learned in, in their order."""
    known = dict.fromkeys(
        source.language for source in rows.sources if source.classes == len(THREE)
    )
    return list(known)


def _card(
    name: str,
    fitted: FittedThree,
    parts: Parts,
    folder: Path,
    probabilities: NDArray[np.floating],
) -> Card:
    validation = parts.validation.take(~parts.validation.two_class)
    every = len(validation) // _REFERENCE + 1
    return Card(
        candidate=name,
        layout=fitted.layout,
        created_at=datetime.now(UTC),
        classes=THREE,
        languages=fitted.languages,
        known_threshold=fitted.known_threshold,
        data_digest=parts.train.digest(),
        negative_prior=fit_prior(probabilities[:, 0], validation.labels, _brands(validation)),
        tolerance=_INT8_APART if fitted.int8 else 0.01,
        reference=build_reference(
            load_tokenizer(folder / artefact.TOKENIZER),
            validation.texts[::every],
            probabilities[::every, 0].tolist(),
            validation.languages[::every].tolist(),
            p_neutral=probabilities[::every, 1].tolist(),
            p_positive=probabilities[::every, 2].tolist(),
        ),
    )


def _brands(rows: Rows) -> list[str]:
    """What each row is about, as far as it is known: its group, else its source."""
    names = [rows.sources[origin].name for origin in rows.origins]
    return [group or name for group, name in zip(rows.groups, names, strict=True)]


def _parity(folder: Path, texts: list[str], expected: NDArray[np.floating], int8: bool) -> float:
    """The largest difference; of an int8 graph the mean one, because single texts may move."""
    differences = np.abs(Scorer(folder).score(texts).probabilities - expected)
    apart = float(differences.mean() if int8 else differences.max(initial=0))
    allowed = _INT8_APART if int8 else PARITY
    if not apart <= allowed:
        raise ArtefactError(
            f"expected the graph in {folder} to agree with its framework within {allowed}, "
            f"got {apart:.2g}; the export is at fault, so the version is not registered."
        )
    return apart
