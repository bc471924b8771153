"""Text as a multilingual encoder takes it: in its own words and case, without names and links.

Mentions and links are left out altogether, so that neither they nor their number carry sentiment.
Pictures stay: the vocabulary of such an encoder knows them.
"""

import re

from sentiment.normal_form import normalise

_LINK = re.compile(r"(?:https?://|www\.)\S+|\bhttps?\b(?![\w'])", re.IGNORECASE)
_MENTION = re.compile(r"(?<!\w)@\w+")
_REPOST = re.compile(r"^\s*(?:RT\s+@\w+\s*:?\s*)+", re.IGNORECASE)
_HASHTAG = re.compile(r"#(\w+)")
_CAMEL = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d])(?=\d)")
_CAPITALS = re.compile(r"\b[A-Z]{3,}\b")
_ELONGATED = re.compile(r"([^\W\d_]|[!?.])\1{2,}")
_TONES = re.compile("[\U0001f3fb-\U0001f3ff]")
_SPACES = re.compile(r"\s+")


def natural(text: str) -> str:
    """The text with tags split, stretched letters shortened and shouted words lower-cased.

    >>> natural("RT @a: @VirginAmerica sooooo LATE again https://t.co/abc #EpicFail")
    'soo late again Epic Fail'
    >>> natural("@united http://t.co/x")
    ''
    """
    text = normalise(text)
    text = _MENTION.sub(" ", _LINK.sub(" ", _REPOST.sub("", text)))
    if "#" in text:
        text = _HASHTAG.sub(_tag_words, text)
    if not text.isascii():
        text = _TONES.sub("", text)
    text = _CAPITALS.sub(lambda found: found[0].lower(), text)
    return _SPACES.sub(" ", _ELONGATED.sub(r"\1\1", text)).strip()


def _tag_words(found: re.Match[str]) -> str:
    return _CAMEL.sub(" ", found[1]).replace("_", " ")
