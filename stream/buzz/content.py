"""What of a text may tell a cause: content words, hashtags, and phrases of two and three words."""

import re
from collections.abc import Iterator

from sentiment.normal_form import normalise
from stream.buzz.stop_words import stop_words

_LINK = re.compile(r"(?:https?://|www\.)\S+")
_MARKS = "\u0300-\u036f\u064b-\u065f\u0900-\u0903\u093a-\u094f"
"""Vowel signs and accents of their own belong to the word before them."""
_TOKEN = re.compile(rf"[@#]?[^\W_][\w'’{_MARKS}]*|[^\w\s'’&/-]+|\n")
_ELIDED = re.compile(r"^(?:[cdjlmnst]|qu|dell|all|nell|un)'(?=\w{3})")
_CHARS = 500
_WORD_CHARS = 30
_LEAST_CHARS = 2
_LONGEST = 3


def own_names(brand: str) -> frozenset[str]:
    """The words of a brand's name, alone and joined: everybody says them."""
    words = [word for word in re.findall(r"[^\W_]+", brand.lower()) if word]
    return frozenset([*words, "".join(words)])


def content_terms(text: str, own: frozenset[str] = frozenset()) -> list[str]:
    """Words, hashtags and phrases of a text, each once, in the order in which they begin.

    Links, mentions, numbers, stop words of nine languages and the brand's `own` names are left
    out. A phrase runs over two or three words of which the first and the last are content; a
    mention, a link or a punctuation mark ends it. Of a long text the first 500 characters count.
    """
    found: dict[str, None] = {}
    for run in _runs(text):
        content = [_is_content(word, own) for word in run]
        for start, word in enumerate(run):
            if not content[start]:
                continue
            found[word] = None
            for end in range(start + 1, min(start + _LONGEST, len(run))):
                if content[end]:
                    found[" ".join(run[start : end + 1])] = None
    return list(found)


def _runs(text: str) -> Iterator[list[str]]:
    """Words that follow one another without a mark in between."""
    lowered = normalise(text[:_CHARS]).lower().replace("’", "'")
    run: list[str] = []
    for token in _TOKEN.findall(_LINK.sub(" . ", lowered)):
        if token[0].isalnum():
            run.append(_stem(token))
            continue
        if run:
            yield run
        run = []
        if token[0] == "#" and len(token) > 1 and token[1].isalnum():
            yield [token]
    if run:
        yield run


def _stem(word: str) -> str:
    """Without a possessive or an elided article: "outage's" and "l'outage" are the outage."""
    return _ELIDED.sub("", word.rstrip("'")).removesuffix("'s")


def _is_content(word: str, own: frozenset[str]) -> bool:
    bare = word.lstrip("#")
    return (
        _LEAST_CHARS <= len(bare) <= _WORD_CHARS
        and not bare.isdigit()
        and bare not in own
        and bare not in stop_words()
    )
