import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentiment.errors import BadMessageError, SettingsError
from sentiment.messages import Tweet
from stream.history import read_history, sample_history, to_json
from stream.parsing import parse_tweet

ROW = '"0","{id}","Mon Apr 06 22:19:45 PDT 2009","NO_QUERY","someone","{text}"\n'


def read(path: Path, kind: str, shuffled: bool = False) -> list[Tweet | BadMessageError]:
    return list(read_history(path, kind, 280, shuffled))


def reasons(items: list[Tweet | BadMessageError]) -> list[str | None]:
    return [item.reason if isinstance(item, BadMessageError) else None for item in items]


def test_a_row_of_sentiment140_becomes_a_tweet(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(ROW.format(id=1467810369, text='caf\xe9, ""quoted""').encode("latin-1"))
    (tweet,) = read(path, "csv")
    assert isinstance(tweet, Tweet)
    assert (tweet.id, tweet.author, tweet.text) == ("1467810369", "someone", 'café, "quoted"')
    assert tweet.created_at is not None
    assert tweet.created_at.isoformat() == "2009-04-06T22:19:45+00:00"


def test_a_row_that_cannot_be_read_is_an_error_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [ROW.format(id=1, text="one"), "two,columns\n", "\n", ROW.format(id=2, text=" ")]
    path.write_text("".join([*rows, ROW.format(id=3, text="x" * 281)]), "latin-1")
    items = read(path, "csv")
    assert reasons(items) == [None, "type", "empty", "too_long"]
    assert "line 2: expected 6 columns, got 2" in str(items[1])


def test_a_date_that_cannot_be_read_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(ROW.format(id=1, text="one").replace("Mon Apr 06", "Someday"), "latin-1")
    (tweet,) = read(path, "csv")
    assert isinstance(tweet, Tweet)
    assert tweet.created_at is None


def test_json_lines_are_read_as_the_stream_reads_records(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    lines = [b'{"id": 1, "text": "caf\xc3\xa9"}', b'{"id": 2, "text": "\xff"}', b"{", b""]
    path.write_bytes(b"\n".join(lines))
    items = read(path, "jsonl")
    assert reasons(items) == [None, "encoding", "json"]
    assert isinstance(items[0], Tweet)
    assert items[0].text == "café"


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_shuffled_is_every_line_once_in_another_order_the_same_each_time(
    tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "t"
    line = {"csv": ROW, "jsonl": '{{"id": "{id}", "text": "{text}"}}\n'}[kind]
    path.write_text("".join(line.format(id=n, text=f"text {n}") for n in range(200)))
    plain, shuffled = read(path, kind), read(path, kind, shuffled=True)
    assert shuffled != plain
    assert sorted(map(str, shuffled)) == sorted(map(str, plain))
    assert read(path, kind, shuffled=True) == shuffled


def test_a_missing_file_is_an_error_for_people(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot read .*none\.csv"):
        read(tmp_path / "none.csv", "csv")


@pytest.fixture
def standard_input() -> Iterator[io.BufferedWriter]:
    """What is written to it comes over file descriptor 0."""
    kept = os.dup(0)
    reading, writing = os.pipe()
    os.dup2(reading, 0)
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        yield pipe
    os.dup2(kept, 0)
    os.close(kept)


def test_a_dash_is_standard_input(standard_input: io.BufferedWriter) -> None:
    standard_input.write(b'{"id": 1, "text": "piped"}\n')
    standard_input.close()
    (tweet,) = read(Path("-"), "jsonl")
    assert isinstance(tweet, Tweet)
    assert tweet.text == "piped"
    assert sys.stdin is not None


def test_the_sample_is_tweets_with_ids_of_their_own() -> None:
    tweets = list(sample_history())
    assert len({tweet.id for tweet in tweets}) == len({tweet.text for tweet in tweets}) > 10_000


def test_a_tweet_is_written_without_the_fields_that_it_lacks_and_read_back() -> None:
    tweet = Tweet(id="1", text="café", lang="en")
    assert json.loads(to_json(tweet)) == {"id": "1", "text": "café", "lang": "en"}
    assert parse_tweet(to_json(tweet), 280) == tweet
