import numpy as np
import pytest

from sentiment.scores import Scores
from trainer.data.labelled import Labelled
from trainer.evaluation.calibration import calibrated, calibration_error, fit_temperature
from trainer.evaluation.metrics import error_rates, mcnemar, measure, measure_three, measured


def test_the_figures_of_a_small_table_are_those_worked_out_by_hand() -> None:
    negative = np.array([1, 1, 1, 0, 0], np.int8)
    metrics = measure(np.array([0.9, 0.8, 0.3, 0.4, 0.6]), negative)
    assert metrics.accuracy == pytest.approx(3 / 5)
    assert metrics.confusion == [[1, 1], [1, 2]]
    assert metrics.macro_f1 == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert metrics.roc_auc == pytest.approx(4 / 6)
    assert metrics.log_loss == pytest.approx(-np.log([0.9, 0.8, 0.3, 0.6, 0.4]).mean())


def test_rows_of_one_label_have_no_roc_auc() -> None:
    assert measure(np.array([0.2, 0.7]), np.array([1, 1], np.int8)).roc_auc is None


def test_error_rates_are_shares_of_the_right_label() -> None:
    two = measure(np.repeat([0.1, 0.9, 0.1, 0.9], [8, 2, 3, 7]), np.repeat([0, 1], 10))
    assert two.confusion == [[8, 2], [3, 7]]
    assert error_rates(two) == (pytest.approx(0.3), pytest.approx(0.2))
    assert error_rates(measure(np.array([0.1, 0.9]), np.zeros(2, np.int8))) is None
    three = measure_three(np.eye(3)[[0, 0, 1, 1, 2, 0]], np.array([0, 1, 1, 0, 2, 2]))
    assert error_rates(three) == (pytest.approx(1 / 2), pytest.approx(2 / 4))


def test_the_figures_of_three_classes_are_those_worked_out_by_hand() -> None:
    probabilities = np.array([[0.7, 0.2, 0.1], [0.2, 0.6, 0.2], [0.5, 0.1, 0.4], [0.1, 0.2, 0.7]])
    metrics = measure_three(probabilities, np.array([0, 1, 2, 2], np.int8))
    assert metrics.classes == ["negative", "neutral", "positive"]
    assert metrics.confusion == [[1, 0, 0], [0, 1, 0], [1, 0, 1]]
    assert metrics.accuracy == 0.75
    assert metrics.macro_recall == pytest.approx((1 + 1 + 0.5) / 3)
    assert metrics.macro_f1 == pytest.approx((2 / 3 + 1 + 2 / 3) / 3)
    assert metrics.roc_auc == 1.0
    assert metrics.log_loss == pytest.approx(-np.log([0.7, 0.6, 0.4, 0.7]).mean())
    # Best classes of 0.5 (wrong), 0.6 (right) and twice 0.7 (right), in three bins.
    assert metrics.calibration_error == pytest.approx((0.5 + 0.4 + 0.6) / 4)
    assert set(metrics.figures) == {
        "rows", "accuracy", "macro_f1", "macro_recall", "roc_auc", "log_loss", "calibration_error",
    }  # fmt: skip


@pytest.mark.parametrize("three", [True, False])
def test_a_version_of_either_kind_is_measured_on_rows_of_either(three: bool) -> None:
    labels = np.array([0, 2, 1], np.int8)
    rows = Labelled(["a", "b", "c"], labels, three=True)
    column = np.array([0.8, 0.1, 0.6], np.float32)
    scores = Scores(column, 0.5 * (1 - column), 0.5 * (1 - column)) if three else Scores(column)
    found = measured(scores, rows)
    assert found.confusion[1] == [1, 0, 0]
    assert found.rows == 3
    two = measured(scores[:2], rows.for_all([three, False]))
    assert (two.rows, two.accuracy, two.classes) == (2, 1.0, ["positive", "negative"])
    assert rows.for_all([True, True]) is rows


def test_mcnemars_p_value_is_the_binomial_one() -> None:
    assert mcnemar(10, 2) == pytest.approx(2 * (1 + 12 + 66) / 2**12)
    assert mcnemar(0, 0) == 1.0


def test_the_temperature_undoes_overconfidence_and_with_it_the_calibration_error() -> None:
    random = np.random.default_rng(1)
    honest = random.normal(0, 2, 40_000)
    negative = (random.random(40_000) < calibrated(honest, 1)).astype(np.int8)
    assert fit_temperature(honest * 3, negative) == pytest.approx(3, rel=0.05)
    assert calibration_error(calibrated(honest * 3, 1), negative) > 0.05
    assert calibration_error(calibrated(honest * 3, 3), negative) < 0.01
