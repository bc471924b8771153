"""How the fast model reads a text: its words and signs in any script, and the pieces of a word."""

import re
from collections.abc import Callable, Mapping
from functools import partial

from sentiment.text import emoticons_to_signs, normalise, split_camel_case

_LINK = re.compile(r"(?:https?://|www\.)\S+|\bhttps?\b:?(?!\w)", re.IGNORECASE)
_MENTION = re.compile(r"(?:^\s*RT\s+(?=@))|(?<!\w)@\w+:?")
_TAG = re.compile(r"#(\w+)")
_STRETCHED = re.compile(r"(\D)\1\1+")

# Skin tones, the joiner of emoji, Arabic's vowel marks and long stroke change no meaning; letters
# of Arabic that writers exchange at will become one.
_SAME = str.maketrans(
    {
        **{chr(code): None for code in (0x200D, 0x0640, 0x00A1, 0x00BF)},
        **{chr(code): None for code in range(0x064B, 0x0653)},
        **{chr(code): None for code in range(0x1F3FB, 0x1F400)},
        **dict.fromkeys("\u0623\u0625\u0622", "\u0627"),
        "\u0649": "\u064a",
    }
)

# Letters with the marks that belong to them: Python's `\w` leaves out the vowel signs of Hindi.
_LETTER = (
    r"[^\s\d\x00-\x40\x5b-\x60\x7b-\xbf\xd7\xf7\u060c\u061b\u061f\u066a-\u066d\u06d4\u0964\u0965"
    r"\u2000-\u2bff\u3000-\u303f\ufe00-\ufe6f\uff00-\uff20\ud800-\udfff\U0001f000-\U0010ffff]"
)
_ELIDED = r"(?:[ldjmtsnc]|qu|jusqu|lorsqu|puisqu|dell|all|nell|sull|dall|un|quell)'"
_JOINED = re.compile(r"(?<!\w)\w++(?:[-']\w++)+")
_JOINT = re.compile(r"(?:-|'(?!(?:s|t|m|re|ve|ll|d)\b))(?<=\w.)(?=\w)")
"""Most apostrophes are those of contractions: few English texts need to be searched for more."""
_SIGNS = r"\d+|[!?]+|\.\.+|[^\s\w]"
_WORD = re.compile(
    rf"<[a-z]+>|#+\w+|{_LETTER}+(?=n't\b)|n't\b|'(?:s|m|re|ve|ll|d)\b"
    rf"|{_ELIDED}(?={_LETTER}{{2}})|{_LETTER}+|{_SIGNS}"
)
_ASCII_WORD = re.compile(
    rf"<[a-z]+>|#+\w+|[a-z]+(?=n't\b)|n't\b|'(?:s|m|re|ve|ll|d)\b"
    rf"|{_ELIDED}(?=[a-z]{{2}})|[a-z]+|{_SIGNS}"
)
Joined = Callable[[re.Match[str]], str]
"""What `joined_words` gives."""


def word_signs(text: str, most: int, joined: Joined | None = None) -> list[str]:
    """The words and signs of a text, of its first `most` characters once it is cleaned.

    Mentions and links are gone; a hashtag of several words is there joined and split.

    Args:
        text: as it was written.
        most: characters that are looked at.
        joined: words with a hyphen or an apostrophe that become a sign.

    >>> word_signs("@united sooo late :( don't! https://t.co/a #EpicFail", 600)
    ['soo', 'late', '<sad>', 'do', "n't", '!', '##epicfail', 'epic', 'fail']
    """
    text = normalise(text)
    if "http" in text or "://" in text or "www." in text.lower():
        text = _LINK.sub(" ", text)
    if "@" in text:
        text = _MENTION.sub(" ", text)
    if not text.isascii():
        text = text.translate(_SAME)
    if "#" in text:
        text = _TAG.sub(_tag, text)
    text = _STRETCHED.sub(r"\1\1", emoticons_to_signs(text.lower()))[:most]
    if joined and ("-" in text or "'" in text) and _JOINT.search(text):
        text = _JOINED.sub(joined, text)
    words: list[str] = (_ASCII_WORD if text.isascii() else _WORD).findall(text)
    return words


def joined_words(signs: Mapping[str, str]) -> Joined | None:
    """For `word_signs`: `{"saint-denis": "<place>"}`; other words with such marks stay.

    >>> word_signs("à Saint-Denis, d'Aix-en-Provence", 600,
    ...            joined_words({"saint-denis": "<place>", "aix-en-provence": "<place>"}))
    ['à', '<place>', ',', 'd', "'", '<place>']
    """
    found = {normalise(word).translate(_SAME).lower(): sign for word, sign in signs.items()}
    return partial(_sign_of, found) if found else None


def _sign_of(signs: Mapping[str, str], match: re.Match[str]) -> str:
    word = match[0]
    if word in signs:
        return f" {signs[word]} "
    elided, _, rest = word.partition("'")
    return f"{elided}' {signs[rest]} " if rest in signs else word


def pieces_of(word: str, words: Mapping[str, int], pieces: Mapping[str, int]) -> tuple[int, ...]:
    """Ids of the longest known parts of a word, from its beginning on; unknown signs are skipped.

    Args:
        word: is looked at as often as the square of its length: cut it before.
        words: count as parts from four letters on, at the beginning from three on.
    """
    found: list[int] = []
    first, end = 0, len(word)
    while first < end:
        for last in range(end, first, -1):
            part = word[first:last]
            if last - first < end and last - first >= (4 if first else 3) and part in words:
                found.append(words[part])
                break
            if part in pieces:
                found.append(pieces[part])
                break
        else:
            last = first + 1
        first = last
    return tuple(found)


def _tag(match: re.Match[str]) -> str:
    tag = match[1]
    parts = split_camel_case(tag).replace("_", " ").split()
    return f" ##{tag} {' '.join(parts)} " if len(parts) > 1 else f" #{tag} "
