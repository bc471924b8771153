"""Cleaning that keeps what carries sentiment, and splitting into words.

The text is brought into its normal form, then links are found, before anything touches
punctuation. Emoji and emoticons become English words, so that a model which never saw a face still
knows its meaning. Each step first looks for a character without which it has nothing to do: most
tweets pay for three scans, not for ten.
"""

import re
from functools import lru_cache

from sentiment.normal_form import normalise

__all__ = [
    "LINK",
    "MENTION",
    "clean",
    "emoticons_to_signs",
    "has_emoticon",
    "normalise",
    "split_camel_case",
    "without_names",
    "words",
]

LINK = "<url>"
MENTION = "<user>"

_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MENTION = re.compile(r"(?<!\w)@\w+")
_HASHTAG = re.compile(r"#(\w+)")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d])(?=\d)")
_ELONGATED = re.compile(r"([a-z!?.])\1\1+")
_PICTURE = re.compile(
    "[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff]"
    "(?:[\U0001f3fb-\U0001f3ff]?\u200d[\u203c-\u3299\U0001f000-\U0001faff])*"
)
_JOINER = "\u200d"
_SPACES = str.maketrans("_-", "  ")
_TONES = re.compile("[\U0001f3fb-\U0001f3ff]")

_EMOTICON_WORDS = {
    "smile": r"[:=]['o-]?[)\]}]+|\(\s?[:=]|\^_+\^|\(?\^\.?\^\)?",
    "laugh": r"[:=;x]-?d\b|xd+\b",
    "wink": r";-?[)\]]",
    "playful": r"[:=;]-?p\b",
    "love": r"<3+",
    "heartbroken": r"</3+",
    "crying": r"[:=]'-?[(\[]|[:=]_+[(\[]|\bt[_.]t\b|;_+;",
    "sad": r"[:=]-?[(\[{<]+|\)-?[:=](?!\w)|d-?[:=](?!\w)",
    "annoyed": r"[:=]-?[/\\|](?!/)|>[_.]<|-_+-",
    "shocked": r"[:=]-?o\b|\bo[_.]o\b",
}
_EMOTICON = re.compile(
    r"(?<![\w/])(?:"
    + "|".join(f"(?P<{word}>{pattern})" for word, pattern in _EMOTICON_WORDS.items())
    + ")"
)
_EMOTICON_SIGNS = (":", ";", "=", "^", "_", ".<", "<3", "</3", "xd", "x-d", "o.o", "t.t")
_MAY_BE_EMOTICON = re.compile(r"[:;=^][^\w\s]|[:;=x-][\w_]|<[/3]|[_.][_to<]|[(d)]\s?[:=]")

# As the Penn Treebank and GloVe split: `don't` is `do n't`, so that negation is a word of its own.
_ASCII_WORD = re.compile(
    r"<[a-z]+>|[a-z]+(?=n't)|n't|'(?:s|m|re|ve|ll|d)\b|[a-z]+|\d+|[!?]+|\.\.+|[^\sa-z\d]"
)
_WORD = re.compile(
    r"<[a-z]+>|[^\W\d_]+(?=n't)|n't|'(?:s|m|re|ve|ll|d)\b|[^\W\d_]+|\d+|[!?]+|\.\.+|[^\s\w]|_"
)


def clean(text: str) -> str:
    """Lower-cased text whose links, mentions, pictures and stretched letters are made regular.

    >>> clean("@VirginAmerica sooooo late AGAIN :( https://t.co/abc #EpicFail")
    '<user> soo late again  sad  <url> # epic fail'
    """
    text = without_names(normalise(text))
    if not text.isascii():
        text = _PICTURE.sub(_picture_words, text)
    if "#" in text:
        text = _HASHTAG.sub(_hashtag_words, text)
    text = text.lower()
    if _may_hold_emoticon(text):
        text = _EMOTICON.sub(_emoticon_word, text)
    return _ELONGATED.sub(r"\1\1", text)


def without_names(text: str) -> str:
    """The text with one sign in place of each link and each mention.

    >>> without_names(".@united see www.example.com")
    '.<user> see <url>'
    """
    if "://" in text or "www." in text.lower():
        text = _LINK.sub(LINK, text)
    if "@" in text:
        text = _MENTION.sub(MENTION, text)
    return text


def words(cleaned: str) -> list[str]:
    """The words and marks of a cleaned text.

    >>> words("i don't like it!! <url>")
    ['i', 'do', "n't", 'like', 'it', '!!', '<url>']
    """
    return (_ASCII_WORD if cleaned.isascii() else _WORD).findall(cleaned)


def has_emoticon(text: str) -> bool:
    """Whether there is a face of typed signs, such as `:-)`, outside of links.

    >>> has_emoticon("so late :("), has_emoticon("see http://a.b/c")
    (True, False)
    """
    return _EMOTICON.search(_LINK.sub(LINK, text).lower()) is not None


def emoticons_to_signs(lowered: str) -> str:
    """A lower-cased text without links, with a sign of its own for each face of typed signs.

    >>> emoticons_to_signs("late again :(")
    'late again  <sad> '
    """
    if not _may_hold_emoticon(lowered):
        return lowered
    return _EMOTICON.sub(lambda match: f" <{match.lastgroup}> ", lowered)


def split_camel_case(text: str) -> str:
    """Spaces where the words of a hashtag begin.

    >>> split_camel_case("EpicFail2026")
    'Epic Fail 2026'
    """
    return _CAMEL.sub(" ", text)


def _may_hold_emoticon(text: str) -> bool:
    return any(sign in text for sign in _EMOTICON_SIGNS) and bool(_MAY_BE_EMOTICON.search(text))


def _hashtag_words(match: re.Match[str]) -> str:
    return "# " + split_camel_case(match.group(1)).replace("_", " ")


def _emoticon_word(match: re.Match[str]) -> str:
    return f" {match.lastgroup} "


def _picture_words(match: re.Match[str]) -> str:
    """The name of a picture; that of a joined one as a whole where it has one, else of its parts.

    Skin tones carry no sentiment.
    """
    names, picture = _picture_names(), match[0]
    if _JOINER not in picture:
        return names.get(picture, picture)
    picture = _TONES.sub("", picture)
    whole = names.get(picture)
    return whole or "".join(names.get(part, part) for part in picture.split(_JOINER))


@lru_cache(maxsize=1)
def _picture_names() -> dict[str, str]:
    """English names of all emoji, those joined of several among them, in their normal form."""
    from emoji import EMOJI_DATA  # noqa: PLC0415 - 5 MB of data that most processes never need

    names = {
        sign.replace("\ufe0f", ""): f" {normalise(data['en'].strip(':')).translate(_SPACES)} "
        for sign, data in EMOJI_DATA.items()
        if (len(sign) == 1 or _JOINER in sign) and not _TONES.search(sign)
    }
    names.update({chr(tone): "" for tone in range(0x1F3FB, 0x1F400)})
    return names
