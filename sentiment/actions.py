"""The record on `buzz.actions`: what a person did about an alert or a brand."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sentiment.alerts import AlertId
from sentiment.messages import MAX_NAME_CHARS, SCHEMA_VERSION, Int64
from sentiment.times import Moment

MOST_NOTE_CHARS = 2_000
MOST_MUTE_DAYS = 31

ActionKind = Literal["acknowledge", "reopen", "note", "mute", "unmute"]
Note = Annotated[str, StringConstraints(pattern=r"\S", max_length=MOST_NOTE_CHARS)]
Brand = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME_CHARS)]


class BuzzAction(BaseModel):
    """What a person did. The key of the record is the brand, so that a brand's are in order.

    `acknowledge` and `reopen` are of one alert, and so is a `note`; `mute` and `unmute` are of the
    brand: while it is muted, nothing about it is sent to anybody.
    """

    model_config = ConfigDict(frozen=True)

    id: str = Field(max_length=64, description="the same if the record comes twice")
    action: ActionKind
    brand: Brand
    alert: AlertId | None = Field(None, description="the alert; null: of the brand")
    note: Note | None = None
    until: Moment | None = Field(None, description="of `mute`: when it ends by itself")
    caller: str = Field(max_length=MAX_NAME_CHARS, description="name of the key that did it")
    at: Moment
    schema_version: Int64 = SCHEMA_VERSION
