"""Versions of three classes beside those of two: probabilities, labels, golden sets."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sentiment import artefact
from sentiment.card import THREE, Card
from sentiment.errors import ArtefactError, GoldenSetError
from sentiment.labels import labels
from sentiment.messages import Label
from sentiment.scorer import Scorer
from sentiment.scores import UNSUPPORTED, Answer, Scores, joined
from tests.artefacts import make_artefact, make_three_class_artefact

TEXTS = ["late and awful", "great, thanks", "the gate today", "bonjour", "late but great"]


@pytest.fixture(scope="module")
def scorer(tmp_path_factory: pytest.TempPathFactory) -> Scorer:
    return Scorer(make_three_class_artefact(tmp_path_factory.mktemp("three") / "toy"))


def card(**fields: object) -> Card:
    known = {"candidate": "c", "layout": "ragged", "created_at": datetime.now(UTC)}
    return Card.model_validate({**known, **fields})


def three(*rows: tuple[float, float, float], known: list[float] | None = None) -> Scores:
    columns = np.array(rows, np.float32).reshape(-1, 3).T
    return Scores(*columns, None if known is None else np.array(known, np.float32))


def test_three_probabilities_add_up_to_one_in_batches_of_any_size(scorer: Scorer) -> None:
    texts = TEXTS * 2_000
    scores = scorer.score(texts)
    assert scores.probabilities.shape == (len(texts), 3)
    np.testing.assert_allclose(scores.probabilities.sum(axis=1), 1, atol=1e-6)
    alone = np.concatenate([scorer.score([text]).probabilities for text in TEXTS])
    np.testing.assert_allclose(scores.probabilities, np.tile(alone, (2_000, 1)), atol=1e-6)
    assert scores.p_known is not None
    assert scores.p_known[:5] == pytest.approx([0.9999, 0.9999, 0.9999, 0.047, 0.9999], abs=1e-3)


def test_five_labels_come_from_three_classes(scorer: Scorer) -> None:
    expected = ["negative", "positive", "neutral", "unsupported", "uncertain"]
    assert [answer.label for answer in scorer.answer(TEXTS)] == expected


def test_a_text_without_words_or_of_another_language_has_no_probabilities(scorer: Scorer) -> None:
    answers = scorer.answer(["@united https://t.co/abc", "late", "bonjour"])
    assert answers[0] == answers[2] == UNSUPPORTED
    assert answers[1].label == "negative"
    assert sum(p for p in answers[1][1:] if p is not None) == pytest.approx(1, abs=1e-5)
    assert scorer.answer([]) == []


@pytest.mark.parametrize(
    ("lang", "p_known", "label"),
    [(None, 0.51, "negative"), (None, 0.49, "unsupported"), ("en", 0.26, "negative"),
     ("EN-gb", 0.24, "unsupported"), ("ja", 0.74, "unsupported"), ("ja", 0.76, "negative")],
)  # fmt: skip
def test_the_producers_language_is_trusted_unless_the_text_contradicts(
    lang: str | None, p_known: float, label: Label
) -> None:
    own = card(classes=THREE, languages=["en", "fr"], known_threshold=0.5)
    least = own.least_known(lang)
    assert least is not None
    scores = three((0.8, 0.1, 0.1), known=[p_known])
    assert labels(own, scores, np.array([least], np.float32)) == [label]


def test_without_a_threshold_the_language_alone_decides() -> None:
    own = card(languages=["en"])
    assert [own.least_known(lang) for lang in (None, "en", "en-GB", "fr")] == [0, 0, 0, None]


def test_the_two_best_classes_within_the_margin_are_uncertain() -> None:
    own = card(classes=THREE, margin=0.1)
    scores = three((0.5, 0.45, 0.05), (0.5, 0.39, 0.11), (0.2, 0.3, 0.5), (0.1, 0.45, 0.45))
    assert labels(own, scores) == ["uncertain", "negative", "positive", "uncertain"]
    assert labels(card(classes=THREE), scores)[0] == "negative"


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=50))
def test_labels_of_two_classes_follow_the_band(p_negative: list[float]) -> None:
    def label(p: float) -> Label:
        if p > 0.6:
            return "negative"
        return "positive" if p < 0.4 else "uncertain"

    found = labels(card(), Scores(np.array(p_negative, np.float32)))
    assert found == [label(p) for p in p_negative]


def test_answers_are_plain_rounded_numbers() -> None:
    scores = three((0.12345678, 0.5, 0.37654322), (1.0000001, -1e-7, 0))
    assert scores.answers(["neutral", "negative"]) == [
        Answer("neutral", 0.123457, 0.5, 0.376543),
        Answer("negative", 1.0, 0.0, 0.0),
    ]
    two = Scores(np.array([0.25], np.float32))
    assert two.answers(["positive"]) == [Answer("positive", 0.25, None, None)]


def test_answers_name_the_language_that_the_graph_found_where_the_text_was_judged() -> None:
    scores = replace(three((0.7, 0.2, 0.1), (0.1, 0.7, 0.2)), language=np.array([1, 0], np.float32))
    answers = scores.answers(["negative", "unsupported"], ["en", "fr"])
    assert [answer.lang_detected for answer in answers] == ["fr", None]
    assert joined(scores.split([1, 1])).as_two().language is not None


def test_scores_are_cut_and_joined_row_by_row() -> None:
    scores = three((0.1, 0.2, 0.7), (0.3, 0.3, 0.4), (0.6, 0.2, 0.2), known=[0.1, 0.2, 0.3])
    parts = scores.split([1, 0, 2])
    assert [len(part) for part in parts] == [1, 0, 2]
    again = joined(parts)
    np.testing.assert_array_equal(again.probabilities, scores.probabilities)
    np.testing.assert_array_equal(again.p_known, scores.p_known)


def test_among_two_classes_neutral_is_left_out() -> None:
    scores = three((0.3, 0.6, 0.1), (0, 1, 0)).as_two()
    np.testing.assert_allclose(scores.p_negative, [0.75, 0], atol=1e-6)
    assert not scores.three


@pytest.mark.parametrize("wrong", [1.1, -0.1, float("nan")])
def test_what_is_no_probability_is_found(wrong: float) -> None:
    assert three((0.2, 0.3, 0.5)).are_probabilities()
    assert not three((0.2, wrong, 0.5)).are_probabilities()


def test_a_golden_set_holds_all_three_probabilities(tmp_path: Path) -> None:
    folder = make_three_class_artefact(tmp_path)
    own = artefact.read_card(folder)
    assert {golden.label for golden in own.golden} >= {"negative", "positive", "unsupported"}
    Scorer(folder).check_golden()
    first = own.golden[0]
    assert first.p_neutral is not None
    assert first.p_positive is not None
    moved = {"p_neutral": first.p_neutral + 0.02, "p_positive": first.p_positive - 0.02}
    golden = [first.model_copy(update=moved), *own.golden[1:]]
    artefact.write_card(folder, own.model_copy(update={"golden": golden}))
    with pytest.raises(GoldenSetError, match="neutral"):
        Scorer(folder).check_golden()


def test_an_old_card_is_one_of_two_classes(tmp_path: Path) -> None:
    folder = make_artefact(tmp_path)
    text = artefact.read_card(folder).model_dump_json(
        exclude={"classes", "margin", "known_threshold"}
    )
    (folder / artefact.CARD).write_text(text)
    scorer = Scorer(folder)
    scorer.check_golden()
    assert not scorer.card.three
    assert [answer.label for answer in scorer.answer(TEXTS[:3])] == [
        "negative",
        "positive",
        "uncertain",
    ]


@pytest.mark.parametrize(
    ("fields", "missing"),
    [({"classes": THREE}, "probabilities"), ({"known_threshold": 0.5}, "p_known")],
)
def test_a_graph_without_the_outputs_of_its_card_is_refused(
    fields: dict[str, object], missing: str, tmp_path: Path
) -> None:
    folder = make_artefact(tmp_path)
    own = artefact.read_card(folder)
    artefact.write_card(folder, own.model_copy(update=fields))
    with pytest.raises(ArtefactError, match=f"expected a graph with the outputs.*{missing}"):
        Scorer(folder)


def test_a_card_of_other_classes_is_refused() -> None:
    with pytest.raises(ValidationError, match="expected"):
        card(classes=["positive", "negative"])
