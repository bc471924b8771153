"""Time in the shadow as evidence; the real Prometheus is asked in tests/live/test_monitoring.py."""

import pytest

from infra.local.ports import free_port
from sentiment.errors import PromotionError
from trainer.promotion.shadow import Shadow, shadow_check, shadow_of


def test_verdicts_that_favour_the_champion_speak_against_the_challenger() -> None:
    check = shadow_check(Shadow(1_000, 950, 20, 30, 40))
    assert not check.passed
    assert check.found == (
        "agrees on 95.0% of 1,000 tweets; right on 50.0% of 40 verdicts (champion: 75.0%)"
    )


def test_verdicts_that_favour_the_challenger_do_not() -> None:
    assert shadow_check(Shadow(1_000, 950, 30, 20, 40)).passed


def test_few_verdicts_are_shown_and_decide_nothing() -> None:
    check = shadow_check(Shadow(1_000, 950, 0, 5, 5))
    assert check.passed
    assert "right on 0.0% of 5 verdicts" in check.found


def test_a_version_that_was_never_in_the_shadow_is_said_to_be_so() -> None:
    check = shadow_check(Shadow(0, 0, 0, 0, 0))
    assert check.passed
    assert "was not scored" in check.found


def test_a_prometheus_that_does_not_answer_is_an_error_for_people() -> None:
    with pytest.raises(PromotionError, match="--prometheus"):
        shadow_of(f"http://127.0.0.1:{free_port()}", "1")
