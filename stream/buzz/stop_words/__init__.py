"""Words that tell no cause, in nine languages and in what tweets say in all of them."""

import unicodedata
from functools import cache
from importlib.resources import files

LANGUAGES = ("ar", "de", "en", "es", "fr", "hi", "it", "nl", "pt")

_CONTENT = frozenset(
    (
        "bin",
        "car",
        "die",
        "dies",
        "door",
        "fare",
        "fine",
        "force",
        "sea",
        "sue",
        "usa",
        "van",
        "war",
    )
)
"""Stop words of one language that may be the cause in another."""


@cache
def stop_words() -> frozenset[str]:
    """All of them, lower-cased, with plain apostrophes and, beside these, without any."""
    found: set[str] = set()
    for name in (*LANGUAGES, "everyday", "tweets"):
        content = (files(__package__) / f"{name}.txt").read_text("utf-8")
        for line in content.splitlines():
            word = unicodedata.normalize("NFKC", line).strip().lower()
            found |= {word, word.replace("'", "")}
    return frozenset(found - _CONTENT - {""})
