"""Alerts as the API answers them: the last state, what came before, and what people did."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sentiment.actions import MOST_MUTE_DAYS, Note
from sentiment.alerts import AlertState, BuzzAlert


class StateChange(BaseModel):
    """A state that the alert reached."""

    state: AlertState
    at: datetime


class Acknowledged(BaseModel):
    """Who takes care of it."""

    by: str = Field(examples=["ann"])
    at: datetime


class NoteView(BaseModel):
    """What a person wrote beside it."""

    by: str = Field(examples=["ann"])
    at: datetime
    text: str


class AlertView(BuzzAlert):
    """An alert in its last state, and what people did about it."""

    states: list[StateChange] = Field(description="all that are kept, the first one first")
    acknowledged: Acknowledged | None = None
    notes: list[NoteView] = Field(default_factory=list, description="the first one first")
    muted_until: datetime | None = Field(
        None, description="nothing about the brand is sent to anybody until then"
    )


class AlertPage(BaseModel):
    """Some alerts, the last opened first."""

    alerts: list[AlertView]
    next: str | None = Field(description="`cursor` of the next page; null: this is the last one")


class Muted(BaseModel):
    """Whether a brand's alerts are sent."""

    brand: str
    muted_until: datetime | None = Field(description="null: they are sent")


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NoteRequest(_Request):
    """A note for the others."""

    text: Note = Field(examples=["We answer from the main account at 15:00."])


class MuteRequest(_Request):
    """For how long nothing about a brand is sent."""

    minutes: Annotated[int, Field(ge=1, le=MOST_MUTE_DAYS * 1_440)] = Field(examples=[60])


class ActRequest(_Request):
    """Nothing more to say: `{}`. As JSON, so that no other site's page can send it."""


AlertPath = Annotated[str, StringConstraints(min_length=1, max_length=256)]

JSON = dict[str, Any]
