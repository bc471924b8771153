from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sentiment.text import clean, words
from trainer.behaviour import check_behaviour

_BAD = {"terrible", "awful", "horrible", "disappointing", "worst", "disgusting", "cancelled"}
_BAD |= {"cold", "ridiculous", "sad", "crying", "enraged", "disappointed", "annoyed", "thumbs"}
_BAD |= {"symbols"}
_GOOD = {"great", "amazing", "wonderful", "excellent", "perfect", "lovely", "better", "excited"}
_GOOD |= {"smile", "laugh", "love", "smiling", "up"}


def sensible(texts: Sequence[str]) -> NDArray[np.float64]:
    """Counts words and lets `not` turn them."""

    def p_negative(text: str) -> float:
        found = set(words(clean(text)))
        bad, good = len(found & _BAD), len(found & _GOOD)
        score = (bad - 2 * good) * (-1 if "not" in found else 1)
        return float(1 / (1 + np.exp(-score - 0.01)))

    return np.array([p_negative(text) for text in texts])


def test_a_sensible_model_passes_and_each_test_has_cases() -> None:
    results = {f"{one.kind}: {one.name}": one for one in check_behaviour(sensible)}
    failing = {name: one.failures for name, one in results.items() if one.share < 1}
    assert not failing
    assert all(one.cases >= 6 for one in results.values())


def test_a_model_that_reads_names_fails_invariance_and_its_cases_are_shown() -> None:
    def names(texts: Sequence[str]) -> NDArray[np.float64]:
        return np.array([0.9 if "olga" in text else 0.1 for text in texts])

    by_name = {one.name: one for one in check_behaviour(names)}
    assert by_name["another name"].held == 0
    assert by_name["another mention"].held == 0
    assert "olga" in by_name["another name"].failures[0]


def test_a_model_deaf_to_negation_fails_direction_and_a_constant_one_half_the_minimum() -> None:
    def constant(texts: Sequence[str]) -> NDArray[np.float64]:
        return np.full(len(texts), 0.7)

    by_name = {one.name: one for one in check_behaviour(constant)}
    assert by_name["negated praise"].held == by_name["negated complaint"].held == 0
    assert by_name["plain complaint"].share == 1
    assert by_name["plain praise"].share == 0
