"""Gives some tweets an emoticon or emoji of their label back.

Sentiment140 was labelled by the emoticon of each tweet, and the emoticons were then taken out (Go,
Bhayani, Huang 2009). A model trained on what is left has never seen one; tweets of today have them.
"""

import random

from trainer.data import Tweets

_HAPPY = [":)", ":-)", "=)", ":D", ":-D", "<3", ";)", "😊", "😍", "❤️", "👍", "🎉"]
_HAPPY += ["😄", "🙏", "💕", "😀", "🥰", "👏", "🤗"]
_ANGRY = [":(", ":-(", "=(", ":'(", ":/", "</3", "😢", "😡", "😠", "👎", "💔"]
_ANGRY += ["😞", "😒", "🙄", "😤", "🤬", "😩", "😭"]


def with_emoticons(tweets: Tweets, share: float = 0.1, seed: int = 7) -> Tweets:
    """The same tweets in the same order, a `share` of them with an emoticon at the end."""
    generator = random.Random(seed)  # noqa: S311 - repeatable on purpose, guards nothing
    texts = [
        f"{text.rstrip()} {generator.choice(_ANGRY if negative else _HAPPY)}"
        if generator.random() < share
        else text
        for text, negative in zip(tweets.texts, tweets.negative, strict=True)
    ]
    return Tweets(texts, tweets.negative)
