"""Which texts a version can judge: by their language, and whether they say anything."""

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentiment.card import Card
from sentiment.normal_form import normalise

_NAMES_ONLY = re.compile(
    # Possessive throughout: no text makes it look twice at a character.
    "(?:"
    "[@\uff20]\\w++"
    r"|(?:https?://|www\.)\S++"
    r"|\b(?:RT|via)\b"
    "|[\\s.,:\u2026\u200b-\u200f\u2060\ufeff]++"
    ")*+",
    re.IGNORECASE,
)
_BEGINS_A_WORD = frozenset(string.ascii_letters) - frozenset("hHwWrRvV")
"""With one of these begins neither a mention nor a link, nor `RT` or `via`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Those of some texts that a version is asked about.

    Attributes:
        total: number of all texts.
        rows: indices of those that are scored.
        least: a text of a smaller p_known is unsupported after all, float32 [rows].
    """

    total: int
    rows: list[int]
    least: NDArray[np.float32]


def select(card: Card, texts: Sequence[str], langs: Sequence[str | None]) -> Asked:
    """Leave out what needs no score to be called unsupported.

    Args:
        card: of the version.
        texts: n of them.
        langs: what is said of the language of each, [n].
    """
    # The distinct languages are few, however many texts there are.
    least_known = {lang: card.least_known(lang) for lang in set(langs)}
    rows = [
        row
        for row, (text, lang) in enumerate(zip(texts, langs, strict=True))
        if least_known[lang] is not None and (text[:1] in _BEGINS_A_WORD or says_something(text))
    ]
    return Asked(len(texts), rows, np.array([least_known[langs[row]] for row in rows], np.float32))


def says_something(text: str) -> bool:
    """Whether a text holds more than mentions, links, repost marks and white space.

    >>> says_something("RT @united: https://t.co/abc"), says_something("@united :(")
    (False, True)
    """
    found = _NAMES_ONLY.match(text)
    rest = text[found.end() :] if found else text
    if rest and (rest[0] == "&" or not (rest[0].isascii() or rest[0].isalnum())):
        # It may be a space or a sign that is written otherwise.
        return _NAMES_ONLY.fullmatch(normalise(text)) is None
    return bool(rest)
