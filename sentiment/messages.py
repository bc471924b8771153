"""The records on the topics, as pydantic models: the contract between all parts.

A field is only ever added, and optional. `asyncapi` describes these models to others.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

SCHEMA_VERSION = 1

Label = Literal["negative", "positive", "uncertain", "unsupported"]
"""`uncertain` lies in the card's band around one half; `unsupported` is a language unknown to
the model, passed on unscored."""


def _number_as_text(value: object) -> object:
    """Twitter's ids are 64-bit numbers that producers write with and without quotes."""
    return str(value) if type(value) is int else value


Identifier = Annotated[
    str, StringConstraints(min_length=1, max_length=256), BeforeValidator(_number_as_text)
]
BrandName = Annotated[str, StringConstraints(max_length=256)]
Text = Annotated[str, StringConstraints(pattern=r"\S")]
Probability = Annotated[float, Field(ge=0, le=1)]


class Tweet(BaseModel):
    """What producers push to `tweets`."""

    model_config = ConfigDict(strict=True, frozen=True)

    id: Identifier = Field(examples=["570306133677760513"])
    text: Text = Field(examples=["@VirginAmerica 3 hours on the tarmac and no word. Never again."])
    created_at: datetime | None = Field(None, examples=["2026-01-31T08:00:00Z"])
    author: str | None = None
    brand: BrandName | None = Field(None, examples=["virgin-america"])
    lang: str | None = Field(None, examples=["en"])


class ScoredTweet(BaseModel):
    """What the stream publishes to `tweets.scored`, one for each tweet it could read."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    id: Identifier
    text: Text
    created_at: datetime | None = None
    author: str | None = None
    brand: str | None = None
    lang: str | None = None
    label: Label
    p_negative: Probability | None = Field(description="calibrated; null when unsupported")
    model_name: str
    model_version: str
    model_digest: str
    scored_at: datetime
    source_topic: str
    source_partition: int
    source_offset: int
    schema_version: int = SCHEMA_VERSION


class Mention(BaseModel):
    """What the stream publishes to `brand.mentions`, one for each (tweet, brand)."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    brand: str
    id: Identifier
    text: Text
    author: str | None = None
    event_time: datetime = Field(description="the tweet's created_at, else the record's time")
    label: Label
    p_negative: Probability | None
    model_version: str
    source_partition: int
    source_offset: int
    schema_version: int = SCHEMA_VERSION


class Feedback(BaseModel):
    """What the API publishes to `feedback`: a person's verdict on a prediction."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    key: str = Field(description="idempotency key: every reader counts a key once")
    text: Text
    tweet_id: Identifier | None = None
    predicted: Label
    right: Literal["negative", "positive"]
    model_version: str
    author: str | None = None
    note: str | None = None
    received_at: datetime
    schema_version: int = SCHEMA_VERSION
