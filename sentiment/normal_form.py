"""One normal form of text, in which texts are compared, counted and scored.

NFKC (Unicode Standard Annex 15), HTML entities resolved, white space collapsed, one apostrophe, one
quotation mark, one hyphen, and nothing that a reader cannot see: what looks alike reads alike.
"""

import re
import unicodedata
from html import unescape

_ENTITY_DIGITS = re.compile(r"&#0*(\d+)")
_ESCAPED_TWICE = re.compile(r"&(?:amp;|#38;|#x26;)+")
_NO_CHARACTER = "&#1114112"
"""The first number beyond Unicode; HTML replaces it with U+FFFD."""

_APOSTROPHES = (
    "`\u0091\u0092\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb\u0374\u0384\u055a"
    "\u05f3\u07f4\u07f5\u1fbd\u1fbf\u1fef\u1ffd\u1ffe\u2018\u2019\u201b\u2032\u2035\u275b\u275c"
    "\ua78b\ua78c\uff07\uff40"
)
_QUOTES = (
    "\u0093\u0094\u00ab\u00bb\u02ba\u02dd\u05f4\u201c\u201d\u201f\u2033\u2036\u275d\u275e"
    "\u301d\u301e\uff02"
)
_HYPHENS = "\u2010\u2011\u2012\u2212\ufe63\uff0d"
_BLANKS = "\u2800\u3164\uffa0"
"""They show as empty space, and Unicode does not call them white space."""

_SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz", strict=True))
_SQUARED = {
    first + place: chr(ord("A") + place) for first in (0x1F150, 0x1F170) for place in range(26)
}
# Unicode's Default_Ignorable_Code_Point but for the joiner of emoji; controls that are no white
# space; annotation marks; noncharacters.
_INVISIBLE = (
    (0x00, 0x08), (0x0E, 0x1B), (0x7F, 0x84), (0x86, 0x90), (0x95, 0x9F), (0xAD, 0xAD),
    (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200C), (0x200E, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFDD0, 0xFDEF),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFF0, 0xFFFB), (0xFFFE, 0xFFFF), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
_REPLACEMENTS = {
    **{code: "" for first, last in _INVISIBLE for code in range(first, last + 1)},
    **{ord(sign): "'" for sign in _APOSTROPHES},
    **{ord(sign): '"' for sign in _QUOTES},
    **{ord(sign): "-" for sign in _HYPHENS},
    **{ord(sign): " " for sign in _BLANKS},
    **{ord(small): letter for small, letter in _SMALL_CAPITALS.items()},
    **_SQUARED,
}
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_JOINER = "\u200d"
PICTURES = "\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff"
_LOOSE_JOINER = re.compile(f"(?<![{PICTURES}])\u200d|\u200d(?![{PICTURES}])")
_PILE = re.compile(r"[^\w\s\x00-\x7f]{9,}")
_MARKS_KEPT = 8
_LOOSE_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")


def normalise(text: str) -> str:
    """The normal form of a text. Most ASCII texts are their own.

    >>> normalise("I don\\u00b4t  \\uff2c\\uff29\\uff2b\\uff25 it&hellip; l\\u200bate")
    "I don't LIKE it... late"
    """
    if "&" in text:
        text = _without_entities(text)
    if not text.isascii():
        text = _unicode_normalised(text)
    printable = text.isprintable()
    if not printable or "`" in text:
        text = text.translate(_REPLACEMENTS)
    if not printable or "  " in text:
        return " ".join(text.split())
    return text.strip()


def without_surrogates(text: str) -> str:
    """U+FFFD in place of each half of a character, which UTF-8 has no bytes for.

    >>> without_surrogates("late \\ud83d") == "late \\ufffd"
    True
    """
    if text.isascii() or not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _without_entities(text: str) -> str:
    if "&#" in text:
        # Python reads no number of more than 4,300 digits, and Unicode has none of more than 7.
        text = _ENTITY_DIGITS.sub(
            lambda found: "&#" + found[1] if len(found[1]) <= 7 else _NO_CHARACTER, text
        )
    return unescape(_ESCAPED_TWICE.sub("&", text))


def _unicode_normalised(text: str) -> str:
    text = without_surrogates(_BEYOND_ASCII.sub(_replaced, text))
    if _JOINER in text:
        text = _LOOSE_JOINER.sub("", text)
    if unicodedata.is_normalized("NFKC", text):
        return _LOOSE_MARKS.sub("", text)
    # Sorting a long pile of marks takes the square of its height.
    text = unicodedata.normalize("NFKC", _PILE.sub(_lower_pile, text))
    # Some characters decompose into what stands for another above, such as three primes in one.
    return _BEYOND_ASCII.sub(_replaced, _LOOSE_MARKS.sub("", text))


def _replaced(found: re.Match[str]) -> str:
    return found[0].translate(_REPLACEMENTS)


def _lower_pile(found: re.Match[str]) -> str:
    kept, height = [], 0
    for sign in found[0]:
        height = height + 1 if unicodedata.combining(sign) else 0
        if height <= _MARKS_KEPT:
            kept.append(sign)
    return "".join(kept)
