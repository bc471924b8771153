"""The record on `buzz.alerts`: an alert for a brand's team."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sentiment.messages import SCHEMA_VERSION, Finite, Identifier, Int64, Probability
from sentiment.times import Moment

_ID_CHARS = 256
_REASON_CHARS = 40


def _one_word(text: str) -> str:
    if not (text.isprintable() and 0 < len(text) <= _ID_CHARS and " " not in text):
        raise ValueError(f"expected 1 to {_ID_CHARS} printable characters without spaces")
    return text


AlertId = Annotated[str, AfterValidator(_one_word)]
"""It goes into headers of mail and HTTP."""
AlertKind = Literal["negative", "storm", "volume"]
"""`storm`: unusually many mentions, not because of praise, of which enough complain."""
AlertState = Literal["open", "worse", "closed"]


class Measure(BaseModel):
    """A figure of the window beside what is normal at this hour of the week."""

    model_config = ConfigDict(frozen=True)

    now: Finite
    expected: Finite


class TellingWord(BaseModel):
    """A word, hashtag or phrase that sets the window apart."""

    model_config = ConfigDict(frozen=True)

    word: str = Field(description="a word, a hashtag, or two or three words in a row")
    z: Finite = Field(description="log-odds ratio in standard deviations; above 2 is significant")


class SampleTweet(BaseModel):
    """A tweet of the window."""

    model_config = ConfigDict(frozen=True)

    id: Identifier
    text: str
    p_negative: Probability | None = None
    alike: Int64 = Field(
        1, description="texts of the window's sample that are near copies of this, itself included"
    )


class FalseAlarmBound(BaseModel):
    """How rare false alarms are by a proof, and under which assumption."""

    model_config = ConfigDict(frozen=True)

    hours_between: Finite = Field(
        description="mean time from one false alarm to the next, at least"
    )
    drift: Finite = Field(
        description="if all is normal, negatives are at most so many times as many as learned"
    )
    group: Finite = Field(
        description="negatives come in groups of at most that many, such as a text and its copies"
    )


class BuzzAlert(BaseModel):
    """An alert opened, worsened or closed. All records of one alert have the same id."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    id: AlertId = Field(description="digest of brand, kind and opening minute")
    brand: str
    kind: AlertKind
    state: AlertState
    opened_at: Moment
    at: Moment = Field(description="event time at which this state was reached")
    window_start: Moment
    window_end: Moment
    share: Measure | None = Field(
        None, description="negative part of the scored, corrected by the model's error rates"
    )
    volume: Measure = Field(description="distinct mentions in the window")
    negatives: Measure | None = Field(None, description="called negative by the model")
    copies: Int64 = Field(0, description="exact copies in the window, counted in nothing else")
    odds: Finite | None = Field(
        None, description="odds of a negative mention now, as a multiple of those expected"
    )
    notifies: bool = Field(True, description="whether it notifies the brand's team")
    strength: Finite = Field(description="score as a multiple of the limit; opens above 1")
    reason: str | None = Field(
        None,
        max_length=_REASON_CHARS,
        description="what most of the complaints are about, where it is known: late, cancelled, "
        "service, lost_luggage, damaged_luggage, booking, quality, staff, lines; others may follow",
    )
    words: list[TellingWord] = Field(default_factory=list, max_length=10)
    samples: list[SampleTweet] = Field(default_factory=list, max_length=5)
    model_version: str | None = None
    bound: FalseAlarmBound | None = Field(
        None, description="of false alarms; only in the mode that proves it"
    )
    url: str | None = Field(None, description="the brand's page")
    schema_version: Int64 = SCHEMA_VERSION


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
