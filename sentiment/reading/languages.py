"""Language tags as people write them, and the language that they name."""

import re
from functools import lru_cache

_TAG = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{1,8})*(?:[.@][\w@.-]*)?", re.IGNORECASE | re.ASCII)
_LONGEST = 64
_NOT_A_LANGUAGE = frozenset({"und", "zxx", "mul", "mis", "root"})
_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy "
    "da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu "
    "hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb "
    "lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om "
    "or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw "
    "ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
_TWO_LETTERS = frozenset(_CODES.split())
"""ISO 639-1."""


def language_of(tag: str | None) -> str | None:
    """The language that a tag names: two letters where it has such a code, else three.

    Region, script and encoding are left out. None: the tag is empty or unknown, or says that there
    is no language to tell (`und`, `zxx`, `mul`, `mis` and Twitter's codes from `qaa` on).

    >>> [language_of(tag) for tag in ("en_US", "EN", "eng", "en-Latn-US", "und", "qme", "")]
    ['en', 'en', 'en', 'en', None, None, None]
    """
    if tag in _TWO_LETTERS or tag is None:
        return tag
    return _looked_up(tag) if len(tag) <= _LONGEST else None


@lru_cache(maxsize=4_096)
def _looked_up(tag: str) -> str | None:
    found = _TAG.fullmatch(tag.strip())
    code = found[1].lower() if found else ""
    if code in _TWO_LETTERS:
        return code
    if not code or code in _NOT_A_LANGUAGE or (len(code) == 3 and "qaa" <= code <= "qtz"):
        return None
    # It keeps what it was asked, for ever: the first part alone has few values.
    import langcodes  # noqa: PLC0415 - 12 MB that few tags need

    if not langcodes.tag_is_valid(code):
        return None
    return langcodes.standardize_tag(code, macro=True).partition("-")[0]
