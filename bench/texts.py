"""The messages that every side gets: real tweets where they are, and their true lengths."""

import csv
import random
from dataclasses import dataclass
from pathlib import Path

import orjson

from sentiment.sample import sample_tweets
from trainer.data.tweets import repair

_SEED = 140
_SAMPLE_SIZE = 20_000


@dataclass(frozen=True)
class Messages:
    """Texts, the records' values made of them, and one sentence that says what they are."""

    texts: list[str]
    values: list[bytes]
    origin: str


def load_messages(path: Path) -> Messages:
    """Tweets of a Sentiment140 file in random order, the same each time; else made-up ones."""
    if path.is_file():
        with path.open(encoding="latin-1", newline="") as file:
            texts = [repair(row[5]) for row in csv.reader(file)]
        random.Random(_SEED).shuffle(texts)
        origin = f"{len(texts):,} real tweets of Sentiment140"
    else:
        texts = [text for text, _ in sample_tweets(_SAMPLE_SIZE)]
        origin = (
            f"{len(texts):,} made-up tweets, as SENTIMENT140_CSV names no file: their lengths "
            "are not those of real ones"
        )
    return Messages(texts, [_value(number, text) for number, text in enumerate(texts)], origin)


def _value(number: int, text: str) -> bytes:
    return orjson.dumps(
        {
            "id": str(1_467_810_000 + number),
            "text": text,
            "author": f"author_{number % 5_000}",
            "created_at": "2009-04-06T22:19:45+00:00",
        }
    )
