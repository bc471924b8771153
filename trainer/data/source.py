"""Which labelled tweets to train on: the real ones where they are, else the made-up sample."""

from pathlib import Path

import numpy as np

from sentiment.errors import DataError
from sentiment.sample import sample_tweets
from trainer.data.tweets import SENTIMENT140, Tweets, load_sentiment140


def made_up_tweets(n: int = 4_000, seed: int = 7) -> Tweets:
    """The project's own sample: `n` different texts in random order, half of them negative."""
    rows = sample_tweets(n, seed)
    return Tweets([text for text, _ in rows], np.array([label for _, label in rows], np.int8))


def training_data(folder: Path) -> tuple[Tweets, str]:
    """The tweets there are, and one sentence part that says in plain words what they are.

    Raises:
        DataError: the file is there and is not Sentiment140.
    """
    path = folder / SENTIMENT140
    if path.is_file():
        tweets = load_sentiment140(path)
        return tweets, f"{len(tweets):,} real tweets of Sentiment140 ({path})"
    tweets = made_up_tweets()
    return tweets, (
        f"{len(tweets):,} made-up tweets, because {path} is not there "
        "(its figures mean nothing for real tweets; populate_data.sh fetches real ones)"
    )


def unlabelled_tweets(path: Path | None) -> list[str]:
    """The tweets of a UTF-8 text file, one a line; none without a file.

    Raises:
        DataError: it cannot be read.
    """
    if path is None:
        return []
    try:
        return path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"expected tweets, one a line, in BADBUZZ_UNLABELLED={path}, got: {error}; name a text "
            "file in UTF-8, or none."
        ) from error
