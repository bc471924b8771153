import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sentiment.errors import DataError
from trainer.data.source import made_up_tweets, training_data
from trainer.data.tweets import (
    SENTIMENT140,
    Tweets,
    joined,
    load_sentiment140,
    normalised,
    require_usable,
    split,
)

ROWS = '"{target}","1","Mon Apr 06 22:19:45 PDT 2009","NO_QUERY","someone","{text}"\n'


def write_rows(path: Path, *rows: tuple[str, str]) -> Path:
    text = "".join(ROWS.format(target=target, text=text) for target, text in rows)
    path.write_bytes(text.encode("latin-1"))
    return path


def test_target_0_is_negative_and_4_is_positive_and_2_is_left_out(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "t.csv", ("0", "so sad"), ("2", "a fact"), ("4", "caf\xe9, yes"))
    tweets = load_sentiment140(path)
    assert tweets.texts == ["so sad", "caf\xe9, yes"]
    assert tweets.negative.tolist() == [1, 0]


def test_utf8_bytes_in_a_latin1_file_become_the_signs_that_were_written(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "t.csv", ("4", "yes \U0001f60d".encode().decode("latin-1")))
    assert load_sentiment140(path).texts == ["yes \U0001f60d"]


def test_a_file_of_another_layout_is_refused_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("target,text\n0,late\n")
    with pytest.raises(DataError, match="row 1: expected the columns target"):
        load_sentiment140(path)


def test_a_missing_file_is_an_error_for_people(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected tweets in"):
        load_sentiment140(tmp_path / "none.csv")


def test_tweets_that_differ_in_case_names_links_and_marks_never_straddle_the_split() -> None:
    tweets = made_up_tweets(600)
    variants = [f"@someone {text.upper()}!! http://t.co/{n}" for n, text in enumerate(tweets.texts)]
    parts = split(joined([tweets, Tweets(variants, tweets.negative)]))
    kept = [{normalised(text) for text in part.texts} for part in vars(parts).values()]
    assert all(kept)
    assert sum(map(len, kept)) == len(set.union(*kept))


def test_the_part_of_a_text_does_not_depend_on_the_other_texts() -> None:
    tweets = made_up_tweets(500)
    half = tweets.take(tweets.negative == 1)
    whole_test, half_test = set(split(tweets).test.texts), set(split(half).test.texts)
    assert half_test == whole_test & set(half.texts)


def test_the_sample_is_different_tweets_half_of_them_negative_and_the_same_each_time() -> None:
    tweets = made_up_tweets(20_000)
    assert len(set(tweets.texts)) == 20_000
    assert tweets.negative.sum() == 10_000
    assert tweets.digest() == made_up_tweets(20_000).digest() != made_up_tweets(20_000, 8).digest()


def test_without_data_the_sample_is_used_and_the_sentence_says_so(tmp_path: Path) -> None:
    tweets, origin = training_data(tmp_path)
    assert len(tweets) == 4_000
    assert "made-up" in origin
    write_rows(tmp_path / SENTIMENT140, ("0", "so sad"), ("4", "so glad"))
    tweets, origin = training_data(tmp_path)
    assert len(tweets) == 2
    assert "real tweets of Sentiment140" in origin


def test_a_field_that_the_csv_reader_refuses_is_an_error_with_its_row(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "t.csv", ("0", "so sad"), ("4", "so glad " * 25_000))
    before = csv.field_size_limit(131_072)
    try:
        with pytest.raises(DataError, match=r"t\.csv, after row 1: .*field limit.*quote"):
            load_sentiment140(path)
    finally:
        csv.field_size_limit(before)


def test_parts_of_the_sample_can_be_learned_from_and_measured() -> None:
    require_usable(split(made_up_tweets(200)))


@pytest.mark.parametrize(
    ("label", "message"),
    [(1, "0 positive and [0-9]+ negative"), (0, "[0-9]+ positive and 0 negative")],
)
def test_training_rows_of_one_label_are_refused(label: int, message: str) -> None:
    tweets = made_up_tweets(600)
    with pytest.raises(DataError, match=f"got {message} training rows.*sorted by label"):
        require_usable(split(tweets.take(tweets.negative == label)))


@pytest.mark.parametrize("name", ["validation", "test"])
def test_a_part_without_rows_is_refused(name: str) -> None:
    parts = split(made_up_tweets(600))
    nothing = parts.train.take(np.arange(0))
    with pytest.raises(DataError, match=f" 0 {name} "):
        require_usable(replace(parts, **{name: nothing}))


def test_no_rows_at_all_are_refused() -> None:
    with pytest.raises(DataError, match="got 0 positive and 0 negative training rows"):
        require_usable(split(made_up_tweets(0)))
