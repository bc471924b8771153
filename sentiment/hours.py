"""The record on `brand.hours`: what was said of a brand in an hour, and what was expected."""

from pydantic import BaseModel, ConfigDict, Field

from sentiment.messages import SCHEMA_VERSION, Finite, Int64, Probability
from sentiment.times import Moment


class Expected(BaseModel):
    """What is usual at an hour of the week."""

    model_config = ConfigDict(frozen=True)

    mentions: Finite = Field(ge=0, description="mean of the hour")
    spread: Finite = Field(
        ge=0, description="variance beyond chance, relative to the squared mean: m + spread m^2"
    )
    share: Probability = Field(description="negative part of the scored")


class BrandHour(BaseModel):
    """An hour of event time of one brand, once it is over. Hours without a mention have none."""

    model_config = ConfigDict(frozen=True)

    brand: str
    start: Moment = Field(description="when the hour began")
    mentions: Int64 = Field(ge=0, description="those that count: no copies")
    scored: Int64 = Field(ge=0)
    negatives: Int64 = Field(ge=0, description="called negative by the model")
    share: Probability | None = Field(
        None, description="negative part of the scored, corrected; null: none was scored"
    )
    expected: Expected | None = Field(None, description="null until a day of the brand is known")
    following: Expected | None = Field(None, description="the same for the hour after it")
    schema_version: Int64 = SCHEMA_VERSION
