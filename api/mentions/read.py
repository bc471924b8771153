"""A record of `brand.mentions` as it is kept."""

from datetime import datetime
from typing import NamedTuple

from sentiment.messages import Label, Mention
from sentiment.normal_form import normalise

_NAME_CHARS = 256
_validate = Mention.__pydantic_validator__.validate_json


class Kept(NamedTuple):
    """A mention.

    Attributes:
        at: when it was said, in milliseconds since 1970.
        folded: text and author in the form in which they are searched.
    """

    brand: str
    at: int
    id: str
    author: str | None
    text: str
    folded: str
    label: Label
    p_negative: float | None
    p_neutral: float | None
    p_positive: float | None
    version: str


def read_kept(value: bytes, timestamp: int, now_ms: int, most_chars: int) -> Kept:
    """A record's value.

    Args:
        timestamp: of the record; nothing was said after it.
        most_chars: of a text; the rest is not kept.

    Raises:
        ValueError: it is no mention.
    """
    mention: Mention = _validate(value)
    if not 0 < len(mention.brand) <= _NAME_CHARS:
        raise ValueError(f"expected a brand of at most {_NAME_CHARS} characters")
    at = min(_milliseconds(mention.event_time), timestamp, now_ms)
    text, author = mention.text[:most_chars], (mention.author or "")[:_NAME_CHARS]
    return Kept(
        mention.brand, max(at, 0), mention.id, author or None, text, folded(f"{author} {text}"),
        mention.label, mention.p_negative, mention.p_neutral, mention.p_positive,
        mention.model_version[:_NAME_CHARS],
    )  # fmt: skip


def folded(text: str) -> str:
    """The form in which texts are searched: the normal one, without regard to case."""
    return normalise(text).casefold()


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000)
