"""Which rows a version is judged on."""

import csv
from pathlib import Path

import pytest

from trainer.data.tweets import SENTIMENT140
from trainer.promotion.frozen import frozen_rows
from trainer.settings import TrainerSettings
from trainer.sources.catalogue import load_sources
from trainer.sources.split import split_sources


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrainerSettings:
    """Both kinds of data."""
    monkeypatch.setenv("BADBUZZ_DATA_DIR", str(tmp_path))
    with (tmp_path / SENTIMENT140).open("w", newline="") as file:
        for number in range(400):
            target = 4 * (number % 2)
            csv.writer(file).writerow([target, number, "", "", "", f"tweet of old {number}"])
    folder = tmp_path / "sources" / "tweeteval"
    folder.mkdir(parents=True)
    labels = ("negative", "neutral", "positive")
    with (folder / "tweets.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        writer.writerows([f"tweet {number} of today", labels[number % 3]] for number in range(400))
    return TrainerSettings()


def test_a_version_of_three_classes_is_judged_on_rows_of_three(settings: TrainerSettings) -> None:
    rows, origin = frozen_rows(settings, three=True)
    assert (rows.three, origin) == (True, "tweeteval")
    held = split_sources(load_sources(settings.data_dir)).test
    assert set(rows.texts) == {text for text in held.texts if "today" in text}


def test_one_of_two_classes_is_judged_on_sentiment140(settings: TrainerSettings) -> None:
    rows, _ = frozen_rows(settings, three=False)
    assert not rows.three
    assert all("of old" in text for text in rows.texts)


def test_without_sources_of_three_classes_sentiment140_serves(settings: TrainerSettings) -> None:
    (settings.data_dir / "sources" / "tweeteval" / "tweets.csv").unlink()
    rows, _ = frozen_rows(settings, three=True)
    assert not rows.three
