from collections.abc import Sequence

import numpy as np

from sentiment.scores import Scores
from sentiment.word_signs import word_signs
from trainer.evaluation.behaviour import check_behaviour

_BAD = {"terrible", "awful", "horrible", "disappointing", "worst", "disgusting", "cancelled"}
_BAD |= {"cold", "ridiculous", "<sad>", "<crying>", "nul", "affreux", "décevant", "honteux"}
_BAD |= {"lamentable", *"\U0001f621\U0001f622\U0001f44e\U0001f92c"}
_GOOD = {"great", "amazing", "wonderful", "excellent", "perfect", "lovely", "better", "excited"}
_GOOD |= {"<smile>", "<laugh>", "<love>", "super", "génial", "parfait", "formidable", "agréable"}
_GOOD |= set("\U0001f60d\U0001f60a\U0001f44d")


def scores_of(p_negative: Sequence[float]) -> Scores:
    return Scores(np.array(p_negative, np.float32))


def word_counter(texts: Sequence[str]) -> Scores:
    """Counts good and bad words, lets a negation turn them, and finds texts without either
    neutral."""

    def odds(text: str) -> list[float]:
        found = word_signs(text, 600)
        signed = sum((word in _GOOD) - (word in _BAD) for word in found)
        turned = -1 if {"not", "pas"} & set(found) else 1
        return [-2 * signed * turned, 0.5, 2 * signed * turned]

    values = np.exp([odds(text) for text in texts])
    shares = (values / values.sum(axis=1, keepdims=True)).astype(np.float32)
    return Scores(shares[:, 0], shares[:, 1], shares[:, 2])


def test_a_sensible_model_passes_what_it_can_and_each_test_has_cases() -> None:
    results = {one.name: one for one in check_behaviour(word_counter)}
    can = [
        "a face alone",
        "an angry face alone",
        "no words",
        "another name, English",
        "links, French",
    ]
    can += ["negated praise, English", "negated complaint, French", "plain praise, French"]
    can += ["plain complaint, English", "plain facts and questions, English"]
    assert {name: results[name].failures for name in can if results[name].share < 1} == {}
    assert all(one.cases >= 4 for one in results.values())
    assert results["sarcasm, English"].share < 1


def test_a_model_that_reads_names_fails_invariance_and_its_cases_are_shown() -> None:
    def names(texts: Sequence[str]) -> Scores:
        return scores_of([0.9 if "olga" in text or "_2" in text else 0.1 for text in texts])

    by_name = {one.name: one for one in check_behaviour(names)}
    assert by_name["another name, English"].held == 0
    assert by_name["other mentions, French"].held == 0
    assert "olga" in by_name["another name, English"].failures[0]


def test_a_model_that_counts_links_or_mentions_fails_invariance() -> None:
    def length(texts: Sequence[str]) -> Scores:
        return scores_of([min(len(text) / 300, 1.0) for text in texts])

    by_name = {one.name: one for one in check_behaviour(length)}
    assert by_name["links, English"].held == by_name["other mentions, English"].held == 0


def test_a_model_that_sees_groups_of_people_fails() -> None:
    def groups(texts: Sequence[str]) -> Scores:
        return scores_of([0.9 if "Muslim" in text or "musulman" in text else 0.1 for text in texts])

    by_name = {one.name: one for one in check_behaviour(groups)}
    assert by_name["another group, English"].held == by_name["another group, French"].held == 0


def test_a_model_deaf_to_negation_fails_direction_and_a_constant_one_half_the_minimum() -> None:
    def constant(texts: Sequence[str]) -> Scores:
        return scores_of([0.7] * len(texts))

    by_name = {one.name: one for one in check_behaviour(constant)}
    for language in ("English", "French"):
        assert by_name[f"negated praise, {language}"].held == 0
        assert by_name[f"negated complaint, {language}"].held == 0
        assert by_name[f"plain complaint, {language}"].share == 1
        assert by_name[f"plain praise, {language}"].share == 0
        assert by_name[f"plain facts and questions, {language}"].share == 0


def test_of_three_classes_the_expected_one_has_to_be_the_likeliest() -> None:
    def neutral(texts: Sequence[str]) -> Scores:
        part = np.full(len(texts), 1, np.float32)
        return Scores(0.2 * part, 0.5 * part, 0.3 * part)

    by_name = {one.name: one for one in check_behaviour(neutral)}
    assert by_name["plain praise, English"].held == by_name["plain complaint, English"].held == 0
    assert by_name["plain facts and questions, French"].share == 1
    assert by_name["not bad, French"].share == 1
