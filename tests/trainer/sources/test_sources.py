"""Sources of different labels: reading, splitting without near copies, and figures by part."""

from pathlib import Path

import numpy as np
import pytest

from sentiment.errors import DataError
from sentiment.scores import Scores
from trainer.evaluation.parts import metrics_by_part
from trainer.sources.catalogue import load_sources
from trainer.sources.near_copies import near_copies
from trainer.sources.readers import read_labelled, read_pair, unescaped
from trainer.sources.rows import Source, joined, rows_of
from trainer.sources.split import TEST_ONLY, split_sources, without_groups

THREE = Source("tweets", "en")
TWO = Source("faces", "en", classes=2, weight=0.3)


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_a_csv_of_three_classes_is_read_and_mixed_texts_are_left_out(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "a.csv",
        'text,label\nfine\\u2019s,positive\n"so, so",objective\nboth,mixed\nbad,negative\n',
    )
    rows = read_labelled(path, THREE)
    assert rows.texts == ["fine\u2019s", "so, so", "bad"]
    assert rows.labels.tolist() == [2, 1, 0]


def test_a_csv_with_an_unknown_label_says_where(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.csv", "text,label\nx,angry\n")
    with pytest.raises(DataError, match=r"row 2: expected a label among .*'angry'"):
        read_labelled(path, THREE)


def test_a_csv_without_the_column_names_those_it_has(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.csv", "tweet,label\nx,negative\n")
    with pytest.raises(DataError, match="label, text, got tweet, label"):
        read_labelled(path, THREE)


def test_texts_and_labels_in_two_files_must_be_as_many(tmp_path: Path) -> None:
    texts = _write(tmp_path / "train_text.txt", "one\u2028still one\ntwo\n")
    labels = _write(tmp_path / "train_labels.txt", "0\n2\n")
    assert read_pair(texts, labels, THREE).labels.tolist() == [0, 2]
    _write(labels, "0\n2\n1\n")
    with pytest.raises(DataError, match="each of the 2 lines"):
        read_pair(texts, labels, THREE)


def test_escapes_become_the_signs_they_stand_for() -> None:
    assert unescaped(r'fun \ud83d\ude00\u002c \""yes\""') == 'fun \U0001f600, "yes"'


def test_a_row_of_two_classes_carries_its_sources_weight() -> None:
    rows = joined([rows_of(THREE, ["a", "b"], [0, 1]), rows_of(TWO, ["c"], [2])])
    assert rows.two_class.tolist() == [False, False, True]
    np.testing.assert_allclose(rows.weights, [1, 1, 0.3])
    assert rows.take(rows.of("faces")).texts == ["c"]


def test_equal_sources_become_one_when_tables_are_joined() -> None:
    one, other, again = (
        rows_of(THREE, ["a"], [0]),
        rows_of(TWO, ["b"], [2]),
        rows_of(THREE, ["c"], [1]),
    )
    rows = joined([one, other, again])
    assert rows.sources == (THREE, TWO)
    assert rows.origins.tolist() == [0, 1, 0]


def test_a_digest_knows_of_labels_and_sources() -> None:
    first = rows_of(THREE, ["a"], [0])
    assert first.digest() != rows_of(THREE, ["a"], [1]).digest()
    assert first.digest() != rows_of(TWO, ["a"], [0]).digest()


def test_a_text_that_shares_half_of_its_runs_is_a_near_copy() -> None:
    held = ["my bag is still lost and nobody answers the phone"]
    texts = [
        "RT @a: My bag is still lost and nobody answers the phone!! http://t.co/x",
        "my bag is still here and everybody is kind on board today again",
        "lost",
    ]
    assert near_copies(texts, held).tolist() == [True, False, False]


def test_no_near_copy_of_a_held_out_text_is_trained_on() -> None:
    texts = [f"the plane number {n} was quite late in the rain today" for n in range(300)]
    copies = [f"RT @someone: {text} http://t.co/{n}" for n, text in enumerate(texts)]
    rows = joined(
        [rows_of(THREE, texts, [n % 3 for n in range(300)]), rows_of(TWO, copies, [0] * 300)]
    )
    parts = split_sources(rows)
    assert len(parts.test)
    held = [*parts.test.texts, *parts.validation.texts]
    assert not near_copies(parts.train.texts, held).any()
    assert len(parts.train) + len(held) + parts.dropped == 600


def test_rows_set_apart_by_their_authors_are_test_rows() -> None:
    rows = rows_of(THREE, ["alpha beta", "gamma delta"], [0, 1], [TEST_ONLY, TEST_ONLY])
    assert len(split_sources(rows).test) == 2


def test_a_brand_that_is_left_out_is_the_whole_test() -> None:
    texts = [f"word{n} other{n} third{n} fourth{n} fifth{n}" for n in range(40)]
    rows = rows_of(THREE, texts, [0] * 40, ["Delta" if n % 2 else "United" for n in range(40)])
    parts = without_groups(rows, {"Delta"})
    assert set(parts.test.groups) == {"Delta"}
    assert len(parts.test) == 20
    assert "Delta" not in parts.train.groups + parts.validation.groups


def test_all_sources_that_are_there_are_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "sources"
    _write(folder / "tweeteval" / "train.csv", "text,label\nfine,positive\n")
    _write(folder / "umsab" / "french" / "train_text.txt", "bien\nmal\n")
    _write(folder / "umsab" / "french" / "train_labels.txt", "2\n0\n")
    _write(folder / "umsab" / "umsab-de-val.csv", "text,label,lang\nnaja,neutral,de\n")
    _write(
        folder / "airlines" / "Tweets.csv",
        "airline,airline_sentiment,text\nDelta,negative,late again\n",
    )
    row = '"{}","1","now","NO_QUERY","me","{}"\n'
    _write(
        tmp_path / "training.1600000.processed.noemoticon.csv",
        row.format(0, "sad") + row.format(4, "glad"),
    )
    rows = load_sources(tmp_path)
    named = {(s.name, s.language, s.classes) for s in rows.sources}
    assert named == {
        ("tweeteval", "en", 3),
        ("umsab", "fr", 3),
        ("umsab", "de", 3),
        ("airlines", "en", 3),
        ("sentiment140", "en", 2),
    }
    assert rows.groups[rows.texts.index("naja")] == TEST_ONLY
    assert rows.groups[rows.texts.index("late again")] == "Delta"


@pytest.mark.parametrize(
    ("names", "apart"),
    [
        (["semeval-tweets.csv", "tweets-train.csv"], []),
        (["umsab-fr-train.csv", "umsab-fr-val.csv"], ["umsab-fr-val.csv"]),
        (["a-train.csv", "a-val.csv", "a-test.csv"], ["a-test.csv"]),
        (["contest.csv", "latest_tests.csv"], []),
    ],
)
def test_files_are_set_apart_for_tests_by_a_word_of_their_names(
    tmp_path: Path, names: list[str], apart: list[str]
) -> None:
    for name in names:
        _write(tmp_path / "sources" / "tweeteval" / name, f"text,label\n{name},positive\n")
    rows = load_sources(tmp_path)
    kept = [text for text, group in zip(rows.texts, rows.groups, strict=True) if group == TEST_ONLY]
    assert kept == apart


def test_no_source_at_all_names_the_script_that_fetches_them(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"populate_data\.sh --sources"):
        load_sources(tmp_path)


def test_figures_are_by_source_and_by_language_of_several_sources() -> None:
    other = Source("news", "en")
    rows = joined(
        [
            rows_of(THREE, ["a", "b", "c"], [0, 1, 2]),
            rows_of(other, ["d", "e"], [0, 1]),
            rows_of(TWO, ["f", "g"], [0, 2]),
        ]
    )
    negative, neutral, faces = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.2, 0.7, 0.1]
    p = np.array([negative, neutral, neutral, negative, neutral, faces, faces])
    scores = Scores(*(column.astype(np.float32) for column in p.T))
    found = {one.part: one for one in metrics_by_part(rows, scores)}
    assert set(found) == {"all", "tweets-en", "news-en", "faces-en", "en"}
    assert found["tweets-en"].accuracy == pytest.approx(2 / 3)
    assert found["tweets-en"].macro_recall == pytest.approx(2 / 3)
    assert found["faces-en"].accuracy == 0.5  # neutral does not count: both are called negative
    assert found["all"].rows == found["en"].rows == 5
    assert found["news-en"].negative_error == pytest.approx(0.45 - 0.5)
