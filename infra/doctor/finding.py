"""What a look at one thing gives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sentiment.errors import BadbuzzError

State = Literal["ok", "note", "act"]
"""`note`: no fault, worth knowing; `act`: something must be done."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        thing: its name.
        state: whether somebody must act.
        found: what was found, in one sentence.
        advice: what to do; empty: nothing.
    """

    thing: str
    state: State
    found: str
    advice: str = ""


Look = Callable[[], Finding]


def taken(thing: str, look: Look) -> Finding:
    """The finding of a look; an error for a person is one, too."""
    try:
        return look()
    except BadbuzzError as error:
        found, _, advice = str(error).partition(". ")
        return Finding(thing, "act", found.rstrip("."), advice)
