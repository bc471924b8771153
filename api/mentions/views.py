"""What was said of a brand, as the API answers it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from sentiment.messages import Label, Probability

Span = Literal["hour", "day", "week"]


class Range(BaseModel):
    """What is usual at this hour of the week, and between which bounds nearly all times lie."""

    low: float
    mean: float
    high: float


class Point(BaseModel):
    """One step of a series."""

    at: datetime = Field(description="when the step begins")
    mentions: int | None = Field(description="null: what was said then is not known")
    scored: int | None = Field(description="those of them that the model judged")
    share: Probability | None = Field(
        description="estimated share of negatives; null: unknown, or too few mentions tell"
    )
    usual_mentions: Range | None = Field(description="null: not known yet")
    usual_share: Range | None = Field(description="likewise")


class Series(BaseModel):
    """Share and volume of a brand over an hour, a day or a week, beside what is usual."""

    brand: str
    span: Span
    step_minutes: int
    start: datetime
    end: datetime
    first: datetime | None = Field(description="the first moment of the brand that is known")
    last: datetime | None = Field(description="when the brand was mentioned last")
    points: list[Point]


class TweetView(BaseModel):
    """A tweet that mentions the brand."""

    id: str
    text: str
    author: str | None = None
    at: datetime = Field(description="when it was said")
    label: Label
    p_negative: Probability | None
    p_neutral: Probability | None = None
    p_positive: Probability | None = None
    model_version: str


class TweetPage(BaseModel):
    """Some tweets of a brand, the newest first."""

    tweets: list[TweetView]
    next: str | None = Field(description="`cursor` of the next page; null: this is the last one")
    kept: int = Field(description="tweets of the brand that are kept and can be searched")


class Cause(BaseModel):
    """A word, hashtag or phrase that set alerts of the brand apart."""

    word: str
    alerts: int = Field(description="alerts that it stood in")
    last: datetime = Field(description="when the last of them opened")


class Causes(BaseModel):
    """What the alerts of a brand were about."""

    causes: list[Cause]
