"""The records on the topics, as pydantic models: the contract between all parts.

A field is only ever added, and optional. `asyncapi` describes these models to others.
"""

from typing import Annotated, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    WithJsonSchema,
)

from sentiment.times import END_TIME, FIRST_TIME, Moment

SCHEMA_VERSION = 1

Sentiment = Literal["negative", "neutral", "positive"]
"""What a person can say of a text. `neutral` comes from versions of three classes only."""
Label = Literal["negative", "neutral", "positive", "uncertain", "unsupported"]
"""`uncertain`: the two best classes are within the card's band. `unsupported`: a language that
the model does not know, or nothing but mentions and links; passed on without probabilities."""


def _number_as_text(value: object) -> object:
    """Twitter's ids are 64-bit numbers that producers write with and without quotes."""
    return str(value) if type(value) is int else value


MAX_NAME_CHARS = 256

_Name = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME_CHARS)]
Identifier = Annotated[_Name, BeforeValidator(_number_as_text)]
# Text, of which most ids are, is not handed to a function of Python's.
_TweetId = Annotated[
    _Name | Identifier,
    Field(union_mode="left_to_right"),
    WithJsonSchema(TypeAdapter(_Name).json_schema()),
]
BrandName = Annotated[str, StringConstraints(max_length=MAX_NAME_CHARS)]
Text = Annotated[str, StringConstraints(pattern=r"\S")]
TweetTime = Annotated[AwareDatetime, Field(ge=FIRST_TIME, lt=END_TIME)]
Probability = Annotated[float, Field(ge=0, le=1)]
Int64 = Annotated[
    int,
    Field(ge=-(2**63), lt=2**63),
    WithJsonSchema({"type": "integer", "format": "int64"}),
]
"""Whole numbers have 64 bits, as in most languages and in orjson."""
Finite = Annotated[float, Field(allow_inf_nan=False)]
"""Neither infinite nor NaN, which JSON cannot say."""


class Tweet(BaseModel):
    """What producers push to `tweets`."""

    model_config = ConfigDict(strict=True, frozen=True)

    id: _TweetId = Field(examples=["570306133677760513"])
    text: Text = Field(examples=["@VirginAmerica 3 hours on the tarmac and no word. Never again."])
    created_at: TweetTime | None = Field(None, examples=["2026-01-31T08:00:00Z"])
    author: str | None = None
    brand: BrandName | None = Field(None, examples=["virgin-america"])
    lang: str | None = Field(None, examples=["en"])


class ScoredTweet(BaseModel):
    """What the stream publishes to `tweets.scored`, one for each tweet it could read."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    id: Identifier
    text: Text
    created_at: Moment | None = None
    author: str | None = None
    brand: str | None = None
    lang: str | None = None
    label: Label
    p_negative: Probability | None = Field(description="calibrated; null when unsupported")
    p_neutral: Probability | None = Field(
        None, description="the three add up to 1; null from a version of two classes"
    )
    p_positive: Probability | None = Field(None, description="likewise")
    lang_detected: str | None = Field(
        None, description="what the text itself was taken for; null where the version does not tell"
    )
    model_name: str
    model_version: str
    model_digest: str
    scored_at: Moment
    source_topic: str
    source_partition: Int64
    source_offset: Int64
    schema_version: Int64 = SCHEMA_VERSION


class Mention(BaseModel):
    """What the stream publishes to `brand.mentions`, one for each (tweet, brand)."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    brand: str
    id: Identifier
    text: Text
    author: str | None = None
    event_time: Moment = Field(description="the tweet's created_at, else the record's time")
    label: Label
    p_negative: Probability | None
    p_neutral: Probability | None = Field(None, description="null from a version of two classes")
    p_positive: Probability | None = Field(None, description="likewise")
    lang_detected: str | None = None
    model_version: str
    source_partition: Int64
    source_offset: Int64
    schema_version: Int64 = SCHEMA_VERSION


class Feedback(BaseModel):
    """What the API publishes to `feedback`: a person's verdict on a prediction."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    key: str = Field(description="idempotency key: every reader counts a key once")
    text: Text
    tweet_id: Identifier | None = None
    predicted: Label
    right: Sentiment
    model_version: str
    author: str | None = None
    note: str | None = None
    caller: str | None = Field(
        None, description="name of the key that sent it: one vote a caller and text, the latest"
    )
    received_at: Moment
    schema_version: Int64 = SCHEMA_VERSION
