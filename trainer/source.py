"""Which labelled tweets to train on: the real ones where they are, else the made-up sample."""

from pathlib import Path

from trainer.data import SENTIMENT140, Tweets, load_sentiment140
from trainer.sample import sample_tweets


def training_data(folder: Path) -> tuple[Tweets, str]:
    """The tweets there are, and one sentence part that says in plain words what they are.

    Raises:
        DataError: the file is there and is not Sentiment140.
    """
    path = folder / SENTIMENT140
    if path.is_file():
        tweets = load_sentiment140(path)
        return tweets, f"{len(tweets):,} real tweets of Sentiment140 ({path})"
    tweets = sample_tweets()
    return tweets, (
        f"{len(tweets):,} made-up tweets, because {path} is not there "
        "(its figures mean nothing for real tweets; populate_data.sh fetches real ones)"
    )
