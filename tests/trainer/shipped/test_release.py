"""Puts a version in the place of the shipped one, in a folder of the test."""

import shutil
from pathlib import Path

import pytest

from sentiment import artefact
from sentiment.errors import ArtefactError, DataError
from trainer.reports.model_card import Origin
from trainer.shipped import MODEL_CARD, release, shipped_folder
from trainer.shipped.release import learned_from, went_on
from trainer.sources.rows import Rows, Source, rows_of

ORIGIN = Origin("badbuzz train", 7, "abc", learned_from({"a.txt": ["one", "two"]}))


@pytest.fixture
def rows() -> Rows:
    return rows_of(Source("tweets", "en"), ["fine", "bad", "so so"], [2, 0, 1])


@pytest.fixture
def trained(tmp_path: Path, rows: Rows) -> Path:
    """An artefact that says that it learned from the rows."""
    folder = tmp_path / "trained"
    shutil.copytree(shipped_folder(), folder)
    card = artefact.read_card(folder).model_copy(update={"data_digest": rows.digest()})
    artefact.write_card(folder, card)
    return folder


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it ships to."""
    folder = tmp_path / "shipped" / "fast"
    folder.parent.mkdir()
    monkeypatch.setattr(release, "shipped_folder", lambda: folder)
    return folder


def test_a_version_is_copied_whole_and_its_card_says_what_it_learned_from(
    trained: Path, place: Path, rows: Rows
) -> None:
    release.release(trained, rows, [], ORIGIN)
    assert artefact.digest(place) == artefact.digest(trained)
    told = (place.parent / MODEL_CARD).read_text("utf-8")
    assert "on 2 tweets without labels (a.txt 2)" in told
    assert "| tweets | en | 3 | 1 | 3 |" in told
    assert "`badbuzz train`, seed 7, badbuzz abc" in told


def test_a_card_of_a_version_that_went_on_tells_both_trainings(
    trained: Path, place: Path, rows: Rows
) -> None:
    release.release(trained, rows, [], ORIGIN)
    told = went_on((place.parent / MODEL_CARD).read_text("utf-8"), {"b.txt": ["three"]})
    assert told.startswith("After a training on the labels")
    assert "on 2 tweets without labels (a.txt 2)" in told
    assert "of 1 tweets without labels" in told
    assert "|" not in told


def test_a_card_of_a_taught_version_tells_of_its_teacher(
    trained: Path, place: Path, rows: Rows
) -> None:
    release.release(trained, rows, [], ORIGIN)
    before = (place.parent / MODEL_CARD).read_text("utf-8")
    told = went_on(before, {"b.txt": ["three"]}, copies=3)
    assert "on 2 tweets without labels (a.txt 2)" in told
    assert "3 made-up variants of each labelled one" in told
    assert "500,000 rows of Sentiment140" in told


def test_a_version_of_other_data_is_refused_and_nothing_is_written(
    trained: Path, place: Path, rows: Rows
) -> None:
    with pytest.raises(DataError, match="its card would tell of other data"):
        release.release(trained, rows.take(rows.labels != 1), [], ORIGIN)
    assert not place.exists()


def test_a_version_that_is_too_large_is_refused(
    trained: Path, place: Path, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "LARGEST_MB", 1)
    with pytest.raises(ArtefactError, match="expected at most 1 MB"):
        release.release(trained, rows, [], ORIGIN)
    assert not place.exists()
