"""The record that gives a brand its past: what the detector learned of it from a file.

It stands on `brand.mentions` among the brand's mentions, marked by a header, so that the owner of
the partition takes it in the transaction that commits its offset: once, and in order with the
mentions. Written into `brand.minutes` by anybody else, it would be overwritten by the owner.
"""

from typing import Any

from aiokafka import ConsumerRecord
from pydantic import BaseModel, ConfigDict, Field

from sentiment.brands.record import WatchedName
from sentiment.hours import BrandHour
from sentiment.messages import SCHEMA_VERSION, Int64
from sentiment.times import Moment

KIND = "badbuzz.kind"
PAST = b"past"
MOST_HOURS = 168


class BrandPast(BaseModel):
    """What was learned of a brand's past, for the worker that owns the brand."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    brand: WatchedName
    parts: dict[str, Any] = Field(description="the detector's state; readers other than badbuzz's "
                                  "workers skip this record")  # fmt: skip
    mentions: Int64 = Field(description="mentions that it was learned from")
    hours: list[BrandHour] = Field(
        default_factory=list, max_length=MOST_HOURS,
        description="its last hours with mentions; the owner publishes them on `brand.hours`",
    )  # fmt: skip
    first_at: Moment
    last_at: Moment
    learned_at: Moment
    model_version: str
    schema_version: Int64 = SCHEMA_VERSION


def is_past(record: ConsumerRecord) -> bool:
    """Whether a record of `brand.mentions` is a brand's past, not a mention."""
    return (KIND, PAST) in record.headers
