"""Tweets from files, for a replay: the Sentiment140 CSV, JSON Lines, or the made-up sample."""

import csv
import json
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import orjson

from sentiment.errors import BadMessageError, SettingsError
from sentiment.messages import Tweet
from sentiment.sample import sample_tweets
from stream.parsing import parse_tweet

SENTIMENT140 = "training.1600000.processed.noemoticon.csv"
_COLUMNS = 6
_DATE = "%a %b %d %H:%M:%S %Y"
_SAMPLE_SIZE = 20_000


def read_history(
    path: Path, kind: str, max_text_chars: int, shuffled: bool
) -> Iterator[Tweet | BadMessageError]:
    """Tweets of a file, in its order or at random; what cannot be read, as an error in its place.

    Args:
        path: the file; `-` is standard input.
        kind: `csv` (Sentiment140: latin-1, six columns) or `jsonl`.
        max_text_chars: a longer text is an error.
        shuffled: in a random order, the same each time; needs a file.

    Raises:
        SettingsError: the file cannot be opened.
    """
    read_line = _from_csv if kind == "csv" else _from_json
    encoding = "latin-1" if kind == "csv" else "utf-8"
    for number, line in enumerate(_lines(path, encoding, shuffled), start=1):
        if line.strip():
            try:
                yield parse_tweet(read_line(line, number), max_text_chars)
            except BadMessageError as error:
                yield error


def sample_history() -> Iterator[Tweet]:
    """The project's own made-up tweets."""
    for number, (text, _) in enumerate(sample_tweets(_SAMPLE_SIZE), start=1):
        yield Tweet(id=f"sample-{number}", text=text, lang="en")


def _lines(path: Path, encoding: str, shuffled: bool) -> Iterable[str]:
    if str(path) == "-":
        with open(0, encoding=encoding, errors="surrogateescape") as stream:
            yield from stream
        return
    try:
        with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
            yield from _shuffled(path, file, encoding) if shuffled else file
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error}; name a file of tweets.") from error


def _shuffled(path: Path, _file: TextIO, encoding: str) -> Iterable[str]:
    """Lines at random, by their places alone: the file need not fit into memory."""
    with path.open("rb") as file:
        places = [0]
        places.extend(file.tell() for _ in iter(file.readline, b""))
        places.pop()
        random.Random(140).shuffle(places)  # noqa: S311 - repeatable on purpose
        for place in places:
            file.seek(place)
            yield file.readline().decode(encoding, "surrogateescape")


def _from_csv(line: str, number: int) -> bytes:
    row = next(csv.reader([line]), [])
    if len(row) != _COLUMNS:
        raise BadMessageError("type", f"line {number}: expected 6 columns, got {len(row)}")
    _, tweet_id, date, _, author, text = row
    tweet = {"id": tweet_id, "text": text, "author": author, "created_at": _time(date)}
    return json.dumps(tweet).encode()


def _from_json(line: str, _number: int) -> bytes:
    return line.encode("utf-8", "surrogateescape")


def _time(date: str) -> str | None:
    """`Mon Apr 06 22:19:45 PDT 2009`: the zone is dropped, as `strptime` knows only the local."""
    words = date.split()
    try:
        moment = datetime.strptime(" ".join(words[:4] + words[5:]), _DATE)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC).isoformat()


def to_json(tweet: Tweet) -> bytes:
    """A tweet as the bytes of a record: without the fields that it does not have."""
    return orjson.dumps(
        {name: value for name, value in tweet.__dict__.items() if value is not None}
    )
