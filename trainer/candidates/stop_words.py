"""NLTK's English stop words without the negations, as `sentiment.text.words` splits them."""

from importlib.resources import files

from sentiment.text import words

_NEGATIONS = frozenset({"no", "nor", "not", "n't", "don", "ain", "against", "won"})


def stop_words() -> frozenset[str]:
    """Words that say what a sentence is made of and not how its writer feels."""
    text = files("trainer.vendored").joinpath("stop_words.txt").read_text("utf-8")
    return frozenset(part for word in text.split() for part in words(word)) - _NEGATIONS
