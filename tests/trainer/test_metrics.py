import numpy as np
import pytest

from trainer.calibration import calibrated, calibration_error, fit_temperature
from trainer.metrics import error_rates, mcnemar, measure


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
    assert error_rates([[8, 2], [3, 7]]) == (pytest.approx(0.3), pytest.approx(0.2))
    assert error_rates([[8, 2], [0, 0]]) is None


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
