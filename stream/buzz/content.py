"""What of a text may tell a cause: content words, hashtags, and phrases of two and three words."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from sentiment.normal_form import normalise
from stream.buzz.stop_words import stop_words

_LINK = re.compile(r"(?:https?://|www\.)\S+")
_MARKS = "\u0300-\u036f\u064b-\u065f\u0900-\u0903\u093a-\u094f"
"""Vowel signs and accents of their own belong to the word before them."""
_ACCENTS = re.compile("[\u0300-\u036f]")
_TOKEN = re.compile(rf"[@#]?[^\W_][\w'’{_MARKS}]*|[^\w\s'’&/-]+|\n")
_ELIDED = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|dell|all|nell|un)'(?=\w)")
_CHARS = 500
_WORD_CHARS = 30
_LEAST_CHARS = 2
_LONGEST = 3
_PLURAL_CHARS = 5


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


def root(term: str) -> str:
    """What the forms of a term have in common: no accents and no plural s.

    People in a hurry write étape, etape and étapes: counted apart, none stands out.
    """
    return " ".join(map(_root, term.split()))


@lru_cache(maxsize=20_000)
def _root(word: str) -> str:
    split = unicodedata.normalize("NFD", word)
    bare = unicodedata.normalize("NFC", _ACCENTS.sub("", split))
    is_plural = len(bare) >= _PLURAL_CHARS and bare[-1] == "s" and bare[-2] not in "sui"
    return bare[:-1] if is_plural else bare


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
