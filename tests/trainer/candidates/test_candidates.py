"""Which candidates an unnamed training takes, and why it leaves the others out."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from sentiment.errors import DataError
from trainer.candidates.catalogue import NAMES, by_default, candidate, missing
from trainer.candidates.student import Student
from trainer.data.source import unlabelled_tweets
from trainer.settings import TrainerSettings

NEEDS_KERAS = pytest.mark.skipif(
    find_spec("keras_hub") is None, reason="Keras is not installed; `make install-keras` brings it"
)


def test_without_keras_only_the_light_candidate_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.candidates.catalogue.find_spec", lambda _: None)
    reasons = by_default(TrainerSettings(data_dir=tmp_path))
    assert reasons.pop("logistic") is None
    assert all("make install-keras" in str(reason) for reason in reasons.values())
    assert set(reasons) == set(NAMES) - {"logistic"}


@pytest.mark.parametrize("name", ["distilbert", "student"])
def test_what_reads_a_transformer_needs_keras_hub(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"keras_hub": None}
    monkeypatch.setattr(
        "trainer.candidates.catalogue.find_spec", lambda module: found.get(module, "there")
    )
    assert "keras_hub" in str(missing(name, TrainerSettings()))


@NEEDS_KERAS
def test_a_transformer_is_fetched_from_a_hub_only_when_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "glove.6B").mkdir()
    (tmp_path / "glove.6B" / "glove.6B.100d.txt").write_text("a 1\n")
    reasons = by_default(TrainerSettings(data_dir=tmp_path))
    assert "BADBUZZ_TRANSFORMER" in str(reasons["distilbert"])
    assert "learns from distilbert" in str(reasons["student"])
    (tmp_path / "config.json").write_text("{}")
    local = TrainerSettings(data_dir=tmp_path, transformer=str(tmp_path))
    assert by_default(local) == dict.fromkeys(NAMES)


def test_the_number_of_variants_that_the_student_learns_from_is_a_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BADBUZZ_COPIES", "20")
    student = candidate("student", TrainerSettings())
    assert isinstance(student, Student)
    assert student.copies == 20


@pytest.fixture
def everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrainerSettings:
    """All that the student needs, as far as files and modules go."""
    monkeypatch.setattr("trainer.candidates.catalogue.find_spec", lambda _: "there")
    (tmp_path / "glove.6B").mkdir()
    (tmp_path / "glove.6B" / "glove.6B.100d.txt").write_text("a 1\n")
    return TrainerSettings(data_dir=tmp_path, unlabelled=tmp_path / "more.txt")


def test_unlabelled_tweets_that_are_not_there_are_missed_before_anything_is_trained(
    everything: TrainerSettings,
) -> None:
    reason = str(missing("student", everything))
    assert "expected tweets, one a line, in BADBUZZ_UNLABELLED=" in reason
    assert "No such file" in reason
    assert missing("distilbert", everything) is None
    assert everything.unlabelled is not None
    everything.unlabelled.write_text("late again\ncaf\xe9\n", "utf-8")
    assert missing("student", everything) is None


def test_unlabelled_tweets_are_utf8_and_a_file(everything: TrainerSettings) -> None:
    assert everything.unlabelled is not None
    everything.unlabelled.write_text("caf\xe9\n", "latin-1")
    assert "BADBUZZ_UNLABELLED" in str(missing("student", everything))
    everything.unlabelled.unlink()
    everything.unlabelled.mkdir()
    assert "BADBUZZ_UNLABELLED" in str(missing("student", everything))


def test_the_student_reads_unlabelled_tweets_line_by_line(everything: TrainerSettings) -> None:
    assert everything.unlabelled is not None
    with pytest.raises(DataError, match="BADBUZZ_UNLABELLED"):
        unlabelled_tweets(everything.unlabelled)
    everything.unlabelled.write_text("late again\ncaf\xe9\n", "utf-8")
    assert unlabelled_tweets(everything.unlabelled) == ["late again", "caf\xe9"]
    assert unlabelled_tweets(None) == []
