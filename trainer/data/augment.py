"""Makes training texts from training texts.

Sentiment140 was labelled by the emoticon of each tweet, and the emoticons were then taken out (Go,
Bhayani, Huang 2009). A model trained on what is left has never seen one; tweets of today have them.
"""

import random
from collections.abc import Sequence

from trainer.data.tweets import Tweets

HAPPY = [":)", ":-)", "=)", ":D", ":-D", "<3", ";)", "😊", "😍", "❤️", "👍", "🎉"]
HAPPY += ["😄", "🙏", "💕", "😀", "🥰", "👏", "🤗"]
ANGRY = [":(", ":-(", "=(", ":'(", ":/", "</3", "😢", "😡", "😠", "👎", "💔"]
ANGRY += ["😞", "😒", "🙄", "😤", "🤬", "😩", "😭"]


def with_emoticons(tweets: Tweets, share: float = 0.1, seed: int = 7) -> Tweets:
    """The same tweets in the same order, a `share` of them with an emoticon at the end."""
    generator = random.Random(seed)  # noqa: S311 - repeatable on purpose, guards nothing
    texts = [
        f"{text.rstrip()} {generator.choice(ANGRY if negative else HAPPY)}"
        if generator.random() < share
        else text
        for text, negative in zip(tweets.texts, tweets.negative, strict=True)
    ]
    return Tweets(texts, tweets.negative)


def variants(texts: Sequence[str], copies: int, seed: int = 7) -> list[str]:
    """`copies` made-up texts for each given one, to be labelled by a teacher.

    Half of them lose some words or get others in their place, half are the head of one text with
    the tail of another.
    """
    generator = random.Random(seed)  # noqa: S311 - repeatable on purpose, guards nothing
    split = [text.split() for text in texts]
    pool = [word for words in split for word in words] or [""]
    made = []
    for _ in range(copies):
        for words in split:
            if generator.random() < 0.5:
                made.append(_noisy(words, pool, generator))
            else:
                made.append(_spliced(words, generator.choice(split), generator))
    return made


def _noisy(words: list[str], pool: list[str], generator: random.Random) -> str:
    kept = []
    for word in words:
        chance = generator.random()
        if chance > 0.2:
            kept.append(word)
        elif chance > 0.1:
            kept.append(generator.choice(pool))
    return " ".join(kept)


def _spliced(head: list[str], tail: list[str], generator: random.Random) -> str:
    cut = generator.randint(0, len(head))
    return " ".join(head[:cut] + tail[generator.randint(0, len(tail)) :])
