"""Which transformer a student learns from, and what is kept of its opinion."""

from pathlib import Path

import pytest
from rich.console import Console

from sentiment import artefact
from sentiment.scorer import Scorer
from tests.artefacts import make_artefact
from trainer.candidates.teacher import Teacher
from trainer.context import Context
from trainer.settings import TrainerSettings

TEXTS = ["late and awful", "great crew"]


@pytest.fixture
def teacher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teacher:
    """A teacher whose registered version has bias 0."""
    registered = make_artefact(tmp_path / "registered")
    monkeypatch.setattr("trainer.registry.versions.newest_of", lambda *_: Scorer(registered))
    return Teacher(TrainerSettings(state_dir=tmp_path))


def leave(teacher: Teacher, name: str, data_digest: str, metrics: dict[str, float]) -> Path:
    """A transformer that stands in its workplace, with bias 3."""
    folder = make_artefact(teacher.settings.training_dir / name / "artefact", bias=3)
    update = {"data_digest": data_digest, "metrics": metrics}
    artefact.write_card(folder, artefact.read_card(folder).model_copy(update=update))
    return folder


def opinion(teacher: Teacher, texts: list[str], folder: Path) -> list[float]:
    found = teacher.soft_labels(texts, "these rows", Context(folder, Console(quiet=True)))
    return [round(float(p), 4) for p in found[:, 0]]


def said(folder: Path, texts: list[str]) -> list[float]:
    return [round(float(p), 4) for p in Scorer(folder).score(texts).p_negative]


@pytest.mark.parametrize(
    ("data_digest", "metrics"), [("other rows", {"accuracy": 1.0}), ("these rows", {})]
)
def test_what_another_training_or_an_unfinished_one_left_is_no_teacher(
    teacher: Teacher, tmp_path: Path, data_digest: str, metrics: dict[str, float]
) -> None:
    leave(teacher, "distilbert-left", data_digest, metrics)
    assert opinion(teacher, TEXTS, tmp_path) == said(tmp_path / "registered", TEXTS)


def test_the_transformer_of_the_same_rows_goes_before_a_registered_one(
    teacher: Teacher, tmp_path: Path
) -> None:
    own = leave(teacher, "distilbert-own", "these rows", {"accuracy": 1.0})
    assert opinion(teacher, TEXTS, tmp_path) == said(own, TEXTS)


def test_other_texts_of_the_same_number_are_asked_anew(teacher: Teacher, tmp_path: Path) -> None:
    opinion(teacher, TEXTS, tmp_path)
    other = ["lovely", "the worst"]
    assert opinion(teacher, other, tmp_path) == said(tmp_path / "registered", other)
