"""The record on `brands`: a brand that people added. A tombstone removes it."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from sentiment.messages import MAX_NAME_CHARS, SCHEMA_VERSION, Int64
from sentiment.normal_form import normalise
from sentiment.times import Moment

MAX_PHRASES = 50
"""Handles of a brand, and names of it, at most."""
MAX_PHRASE_CHARS = 100


def fold(text: str) -> str:
    """A text without case and accents, in its normal form: how names and texts are compared."""
    text = normalise(text)
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def fold_name(name: str) -> str:
    """A name or handle as it is looked for; empty if it holds nothing to look for."""
    return fold(name).lstrip("@").strip()


def brand_key(name: str) -> str:
    """What makes two spellings of a brand's name the same brand; the key of its record."""
    return fold(name)


def _name(text: str) -> str:
    text = normalise(text)
    if not _has_a_sign(text):
        raise ValueError("expected a name with at least one letter or digit")
    if not text.isprintable() or len(text) > MAX_NAME_CHARS:
        raise ValueError(f"expected at most {MAX_NAME_CHARS} printable characters")
    return text


def _phrase(text: str) -> str:
    text = normalise(text)
    if not _has_a_sign(text) or not text.isprintable():
        raise ValueError("expected printable text with at least one letter or digit")
    return text


def _has_a_sign(text: str) -> bool:
    return any(sign.isalnum() for sign in fold_name(text))


WatchedName = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_NAME_CHARS), AfterValidator(_name)
]
Phrase = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_PHRASE_CHARS), AfterValidator(_phrase)
]
Phrases = Annotated[list[Phrase], Field(max_length=MAX_PHRASES)]


class Brand(BaseModel):
    """A brand that people added on `brands`: how it is called, and how people call it."""

    model_config = ConfigDict(frozen=True)

    name: WatchedName = Field(
        description="the brand on `brand.mentions` and in alerts", examples=["Air Paradis"]
    )
    handles: Phrases = Field(
        default_factory=list, description="accounts to look for", examples=[["@AirParadis"]]
    )
    names: Phrases = Field(
        default_factory=list,
        description="names and phrases to look for, as whole words in any case, accents or none",
        examples=[["air paradis"]],
    )
    added_at: Moment
    added_by: str | None = Field(
        None, max_length=MAX_NAME_CHARS, description="name of the key or of the account"
    )
    schema_version: Int64 = SCHEMA_VERSION

    @property
    def key(self) -> str:
        """The key of its record: one for all spellings of its name."""
        return brand_key(self.name)


def read_brand(key: bytes | None, value: bytes) -> Brand:
    """A record of `brands`.

    Raises:
        ValueError: it is no brand, or stands under another one's key.
    """
    brand = Brand.model_validate_json(value)
    if key != brand.key.encode():
        raise ValueError("expected the key of the brand that it names")
    return brand
