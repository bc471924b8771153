"""The record on `buzz.alerts`: what a brand's team is told."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from sentiment.messages import SCHEMA_VERSION, Identifier, Probability

AlertKind = Literal["negative", "volume"]
AlertState = Literal["open", "worse", "closed"]


class Measure(BaseModel):
    """A figure of the window beside what is normal at this hour of the week."""

    model_config = ConfigDict(frozen=True)

    now: float
    expected: float


class TellingWord(BaseModel):
    """A word or hashtag that sets the window apart."""

    model_config = ConfigDict(frozen=True)

    word: str
    z: float = Field(description="log-odds ratio in standard deviations; above 2 is telling")


class SampleTweet(BaseModel):
    """A tweet of the window."""

    model_config = ConfigDict(frozen=True)

    id: Identifier
    text: str
    p_negative: Probability | None = None


class BuzzAlert(BaseModel):
    """An alert opened, worsened or closed. All records of one alert have the same id."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    id: str = Field(description="digest of brand, kind and opening minute")
    brand: str
    kind: AlertKind
    state: AlertState
    opened_at: datetime
    at: datetime = Field(description="event time at which this state was reached")
    window_start: datetime
    window_end: datetime
    share: Measure | None = Field(
        None, description="negative part of the scored, corrected by the model's error rates"
    )
    volume: Measure = Field(description="distinct mentions in the window")
    negatives: Measure | None = Field(None, description="called negative by the model")
    copies: int = Field(0, description="exact copies in the window, counted in nothing else")
    odds: float | None = Field(
        None, description="odds of a negative mention now, as a multiple of those expected"
    )
    strength: float = Field(description="score as a multiple of the limit; opens above 1")
    words: list[TellingWord] = Field(default_factory=list, max_length=10)
    samples: list[SampleTweet] = Field(default_factory=list, max_length=5)
    model_version: str | None = None
    url: str | None = Field(None, description="the brand's page")
    schema_version: int = SCHEMA_VERSION


def alert_id(brand: str, kind: AlertKind, opened_minute: int) -> str:
    """The id of an alert, the same whoever computes it again.

    Args:
        brand: its key.
        kind: of the alert.
        opened_minute: of event time, minutes since 1970.
    """
    return sha256(f"{brand}\n{kind}\n{opened_minute}".encode()).hexdigest()[:32]


def at_minute(minute: int) -> datetime:
    """The time of a minute since 1970."""
    return datetime.fromtimestamp(minute * 60, UTC)
