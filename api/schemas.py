"""Requests and answers of the API, the contract in `/openapi.json`."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from sentiment.messages import Feedback, Identifier, Label, Probability, Sentiment

MAX_BATCH = 1_000
"""Texts in one call of `/predict/batch`."""

# Pydantic and JSON Schema's dialect do not agree whether U+0085 and U+FEFF are white space.
Text = Annotated[str, StringConstraints(pattern=r"[^\s\x85\ufeff]", min_length=1)]
Id = Annotated[
    Identifier,
    WithJsonSchema(
        {"anyOf": [{"type": "string", "minLength": 1, "maxLength": 256}, {"type": "integer"}]}
    ),
]
"""As on the topics: Twitter's ids come with and without quotes; answers have them with."""
Language = Annotated[str, StringConstraints(max_length=35)]
Key = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,128}$")]

_TEXT = "@VirginAmerica 3 hours on the tarmac and no word. Never again."


class _Request(BaseModel):
    # An unknown field is a misspelt one: `tweetid` must not be dropped in silence.
    model_config = ConfigDict(extra="forbid", protected_namespaces=())


class _Answer(BaseModel):
    model_config = ConfigDict(protected_namespaces=())


class PredictRequest(_Request):
    """One text to score."""

    text: Text = Field(examples=[_TEXT])
    id: Id | None = Field(None, examples=["570306133677760513"])
    lang: Language | None = Field(None, examples=["en"])


def _as_object(given: object) -> object:
    return {"text": given} if isinstance(given, str) else given


BatchText = Annotated[
    PredictRequest, BeforeValidator(_as_object, json_schema_input_type=Text | PredictRequest)
]
"""A text of a batch."""


class Prediction(_Answer):
    """What the model says of one text."""

    id: str | None = Field(None, description="the request's `id`", examples=["570306133677760513"])
    label: Label = Field(examples=["negative"])
    p_negative: Probability | None = Field(
        description="calibrated; null when unsupported", examples=[0.94]
    )
    p_neutral: Probability | None = Field(
        None,
        description="the three add up to 1; null from a version of two classes",
        examples=[0.04],
    )
    p_positive: Probability | None = Field(None, description="likewise", examples=[0.02])
    model_version: str = Field(examples=["3"])


class BatchRequest(_Request):
    """Up to 1,000 texts to score."""

    texts: list[BatchText] = Field(
        min_length=1,
        max_length=MAX_BATCH,
        description="each a string, or an object as for `/predict`",
        examples=[[_TEXT, {"text": "Lovely crew, thanks!", "id": "7", "lang": "en"}]],
    )
    lang: Language | None = Field(
        None, description="of all texts that do not name one", examples=["en"]
    )


class BatchItem(_Answer):
    """What the model says of one text of a batch."""

    id: str | None = Field(None, description="the text's id", examples=["570306133677760513"])
    label: Label = Field(examples=["negative"])
    p_negative: Probability | None = Field(examples=[0.94])
    p_neutral: Probability | None = Field(None, examples=[0.04])
    p_positive: Probability | None = Field(None, examples=[0.02])


class BatchPrediction(_Answer):
    """One item for each text, in the order of the texts, all by the same model version."""

    predictions: list[BatchItem]
    model_version: str = Field(examples=["3"])


class ExplainRequest(_Request):
    """One text to explain."""

    text: Text = Field(examples=[_TEXT])
    id: Id | None = Field(None, examples=["570306133677760513"])
    lang: Language | None = Field(None, examples=["en"])


class Piece(_Answer):
    """A stretch of the text and what it does to the score."""

    start: int = Field(ge=0, description="index of its first character (code point) in the text")
    end: int = Field(ge=0, description="index after its last character")
    text: str = Field(examples=["Never"])
    weight: float = Field(
        examples=[0.31],
        description="p_negative of the whole text less that without this piece; above 0 it makes "
        "the text more negative",
    )
    weights: dict[Sentiment, float] = Field(
        default_factory=dict,
        description="the same for each class of the version; they add up to 0",
        examples=[{"negative": 0.31, "neutral": -0.2, "positive": -0.11}],
    )


class Explanation(Prediction):
    """A prediction and the words that carry it, found by leaving each out."""

    pieces: list[Piece] = Field(description="in the order of the text; white space stands between")


class FeedbackRequest(_Request):
    """A person's verdict on a prediction."""

    text: Text = Field(examples=[_TEXT])
    tweet_id: Id | None = Field(None, examples=["570306133677760513"])
    predicted: Label = Field(examples=["positive"])
    right: Sentiment = Field(examples=["negative"])
    model_version: Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,64}$")] = Field(
        examples=["3"]
    )
    author: str | None = Field(None, max_length=256)
    note: str | None = Field(None, max_length=2_000)
    key: Key | None = Field(
        None,
        description="idempotency key; send the same one again after a 503 and the feedback counts "
        "once. The header `Idempotency-Key` does the same; without either, each call counts.",
        examples=["6f1d3c0a-9a35-4a5e-8d51-3f0d3f8f3f10"],
    )


class FeedbackAccepted(_Answer):
    """Kafka has the feedback."""

    key: str = Field(examples=["6f1d3c0a-9a35-4a5e-8d51-3f0d3f8f3f10"])
    status: Literal["stored", "known"] = Field(description="`known`: this key was stored before")


class FeedbackPage(_Answer):
    """Some of the newest feedback."""

    items: list[Feedback] = Field(description="the newest first")
    next: str | None = Field(description="`cursor` of the next page; null: there is none")


class ModelInfo(_Answer):
    """The model version that runs."""

    name: str
    version: str
    digest: str
    candidate: str
    classes: list[Sentiment] = Field(
        default=["negative", "positive"], description="classes of the version"
    )
    languages: list[str]
    metrics: dict[str, float]
    band: list[Probability] = Field(
        min_length=2,
        max_length=2,
        description="of two classes: a text whose p_negative is inside it is `uncertain`",
    )
    margin: Probability = Field(
        0.0,
        description="of three classes: a text whose best class is ahead by less is `uncertain`",
    )
    created_at: datetime
    running_since: datetime


class Health(_Answer):
    """The service is alive."""

    status: Literal["alive"] = "alive"


class Readiness(_Answer):
    """The service can do its work."""

    status: Literal["ready"] = "ready"
    model_version: str


class Freshness(_Answer):
    """How old what the live page and the alerts tell is."""

    state: Literal["current", "unknown"] = Field(
        description="`unknown`: no alert does not mean that all is calm"
    )
    behind_seconds: int | None = Field(
        description="how old what is known is; null: nothing is known yet", examples=[0, 185]
    )
    reasons: list[str] = Field(examples=[["mentions wait to be watched for a buzz"]])
    checked_at: datetime | None = Field(description="when Kafka told of the workers' progress")
    last_result_at: datetime | None = Field(description="when the last result came")
    late_mentions: int = Field(
        0, description="of the last hour that came too late to be in any alert", examples=[0]
    )


class Fault(BaseModel):
    """One thing that does not fit."""

    pointer: str = Field(description="where, from `/body` on")
    detail: str


class Problem(BaseModel):
    """Problem details, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[Fault] | None = None
    error: str | None = Field(None, description="`detail`, where the path begins with `/v2`")
