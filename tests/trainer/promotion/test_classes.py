"""Versions of two and of three classes, judged against one another."""

from pathlib import Path

import numpy as np
import pytest

from sentiment.scorer import Scorer
from tests.artefacts import make_artefact, make_three_class_artefact
from trainer.data.labelled import Labelled
from trainer.promotion.judge import Rules, judge

LAX = Rules(calibration_error=1, min_throughput=0, slice_drop=1)
TEXTS = ["so late and awful", "great, thanks a lot", "the gate of the flight today"] * 60
TEST = Labelled(TEXTS, np.tile([0, 2, 1], 60).astype(np.int8), three=True)


@pytest.fixture
def three(tmp_path: Path) -> Scorer:
    return Scorer(make_three_class_artefact(tmp_path / "three"))


@pytest.fixture
def two(tmp_path: Path) -> Scorer:
    return Scorer(make_artefact(tmp_path / "two"))


def failing(challenger: Scorer, champion: Scorer) -> list[str]:
    verdict = judge(challenger, champion, TEST, LAX)
    return [check.name for check in verdict.checks if not check.passed]


def test_two_of_three_classes_are_compared_on_neutral_rows_too(
    three: Scorer, tmp_path: Path
) -> None:
    gloomy = Scorer(make_three_class_artefact(tmp_path / "gloomy", bias=9, known_threshold=0))
    verdict = judge(three, gloomy, TEST, LAX)
    assert verdict.passed
    assert verdict.gain == pytest.approx(2 / 3), "the gloomy one calls all texts negative"


def test_beside_a_version_of_two_classes_neutral_rows_are_left_out(
    three: Scorer, two: Scorer
) -> None:
    verdict = judge(three, two, TEST, LAX)
    assert verdict.gain == 0
    assert [check.name for check in verdict.checks if not check.passed] == [
        "better on the test part"
    ]


def test_a_version_of_two_classes_does_not_replace_one_of_three(three: Scorer, two: Scorer) -> None:
    assert failing(two, three) == ["better on the test part", "as many classes"]
