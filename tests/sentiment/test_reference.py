"""The reference of a card: bins that hold, from texts that a version was checked on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sentiment.card import Card
from sentiment.reference import Histogram, Unknown, build_reference
from sentiment.tokenizer import NgramTokenizer, WordTokenizer


def test_shares_add_up_and_lengths_fall_into_bins_of_about_equal_size() -> None:
    p_negative = np.random.default_rng(1).beta(2, 2, 5_000)
    texts = ["word " * (1 + i % 30) for i in range(5_000)]
    reference = build_reference(WordTokenizer(["word"]), texts, p_negative)
    for histogram in (reference.p_negative, reference.length, reference.unknown_tokens):
        assert sum(histogram.shares) == pytest.approx(1)
    assert reference.length.shares == pytest.approx([0.1] * 10, abs=0.04)
    assert reference.p_negative.edges == pytest.approx(np.arange(0.1, 0.95, 0.1), abs=0.04)
    assert reference.languages == {"en": 1.0}


def test_values_that_the_reference_never_held_fall_into_bins_of_their_own() -> None:
    reference = build_reference(WordTokenizer(["a"]), ["a"] * 500, [0.999] * 500)
    assert reference.unknown_tokens.count(np.array([0.0, 0.3, 1.0])).tolist() == [
        1,
        0,
        0,
        1,
        0,
        0,
        1,
    ]
    assert np.count_nonzero(reference.p_negative.count(np.array([0.999, 0.5, 0.01]))) == 3


def test_a_rounding_error_moves_no_value_to_another_bin() -> None:
    values = np.repeat([0.1, 0.5, 0.9], 100)
    histogram = build_reference(WordTokenizer([]), ["a"] * 300, values).p_negative
    for shift in (-1e-6, 1e-6):
        assert histogram.count(values + shift).tolist() == histogram.count(values).tolist()
    assert [share for share in histogram.shares if share] == pytest.approx([1 / 3] * 3)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=300))
def test_any_probabilities_make_a_reference_that_survives_json(values: list[float]) -> None:
    reference = build_reference(WordTokenizer(["a"]), ["a"] * len(values), values)
    again = type(reference).model_validate_json(reference.model_dump_json())
    assert again == reference
    assert again.p_negative.count(np.array(values)).sum() == len(values)


def test_unknown_words_are_counted_with_and_without_an_id_for_them() -> None:
    texts = ["good day", "good good bad thing", ""]
    by_id = Unknown(WordTokenizer(["good", "bad"])).shares(texts)
    by_vocabulary = Unknown(NgramTokenizer(["good"], silent=["bad"])).shares(texts)
    assert by_id[:2].tolist() == [0.5, 0.25]
    assert by_vocabulary.tolist() == [0.5, 0.25, 0]


def test_no_texts_make_no_reference() -> None:
    with pytest.raises(ValueError, match="got none"):
        build_reference(WordTokenizer([]), [], [])


def test_edges_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValidationError, match="rising edges"):
        Histogram(edges=[2, 1], shares=[0.3, 0.3, 0.4])


def test_a_card_without_a_reference_stays_readable() -> None:
    card = Card.model_validate(
        {"candidate": "old", "layout": "ragged", "created_at": "2026-01-31T08:00:00Z"}
    )
    assert card.reference is None
