"""Tweets without labels, out of all folders that hold some."""

from pathlib import Path

import pytest

from sentiment.errors import DataError
from trainer.sources.unlabelled import unlabelled_by_file, unlabelled_texts


def test_each_text_of_all_folders_counts_once_and_for_the_first_file_that_has_it(
    tmp_path: Path,
) -> None:
    own = tmp_path / "sources" / "unlabelled" / "french.txt"
    fetched = tmp_path / "sources" / "unlabelled-tweeteval" / "irony" / "train_text.txt"
    for path, lines in ((own, "salut\n\nbonjour\n"), (fetched, "hello\nsalut\nit\\u2019s\n")):
        path.parent.mkdir(parents=True)
        path.write_text(lines, "utf-8")
    assert unlabelled_by_file(tmp_path) == {
        "unlabelled/french.txt": ["salut", "bonjour"],
        "unlabelled-tweeteval/irony/train_text.txt": ["hello", "it\u2019s"],
    }
    assert unlabelled_texts(tmp_path) == ["salut", "bonjour", "hello", "it\u2019s"]


def test_there_may_be_none(tmp_path: Path) -> None:
    assert unlabelled_texts(tmp_path) == []


def test_a_file_of_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "sources" / "unlabelled" / "a.txt"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"caf\xe9\n")
    with pytest.raises(DataError, match=r"expected texts in .*a\.txt, one a line"):
        unlabelled_texts(tmp_path)
