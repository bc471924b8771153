"""One alert with its history, and what people did about it, in bounded memory."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from api.alerts.views import Acknowledged, AlertView, NoteView, StateChange
from sentiment.actions import BuzzAction
from sentiment.alerts import BuzzAlert

MOST_STATES = 50
MOST_NOTES = 50
_MOST_IDS = 200


@dataclass
class Entry:
    """What the topics say of an alert.

    Attributes:
        alert: the last record; None while only actions came.
        worst: of those while it was open, the strongest.
        changed_at: when that came, in seconds since 1970.
    """

    alert: BuzzAlert | None = None
    worst: BuzzAlert | None = None
    changed_at: float = 0.0
    states: list[StateChange] = field(default_factory=list)
    acknowledged: Acknowledged | None = None
    notes: list[NoteView] = field(default_factory=list)
    seen: OrderedDict[str, None] = field(default_factory=OrderedDict)

    @property
    def is_open(self) -> bool:
        """Whether its last state is not `closed`."""
        return self.alert is not None and self.alert.state != "closed"

    @property
    def shown(self) -> BuzzAlert | None:
        """The last record; of a closed alert with the figures, words and samples of its worst
        moment: at its end there is nothing unusual left to tell of."""
        if self.alert is None or self.is_open or self.worst is None:
            return self.alert
        return self.worst.model_copy(update={"state": self.alert.state, "at": self.alert.at})

    def take(self, alert: BuzzAlert, at: float) -> None:
        """A further state of it."""
        self.alert, self.changed_at = alert, at
        if alert.state != "closed" and (not self.worst or alert.strength >= self.worst.strength):
            self.worst = alert
        change = StateChange(state=alert.state, at=alert.at)
        if change not in self.states:
            self.states = [*self.states, change][-MOST_STATES:]

    def act(self, action: BuzzAction) -> bool:
        """What a person did about it; whether that changes anything: a record may come twice."""
        if action.id in self.seen:
            return False
        self.seen[action.id] = None
        while len(self.seen) > _MOST_IDS:
            self.seen.popitem(last=False)
        if action.action == "acknowledge":
            self.acknowledged = Acknowledged(by=action.caller, at=action.at)
        elif action.action == "reopen":
            self.acknowledged = None
        if action.note is not None:
            note = NoteView(by=action.caller, at=action.at, text=action.note)
            self.notes = [*self.notes, note][-MOST_NOTES:]
        return True

    def view(self, muted_until: datetime | None) -> AlertView:
        """As the API answers it.

        Raises:
            ValueError: there is no alert yet.
        """
        shown = self.shown
        if shown is None:
            raise ValueError("only actions are known")
        return AlertView.model_construct(
            **{name: getattr(shown, name) for name in BuzzAlert.model_fields},
            states=self.states,
            acknowledged=self.acknowledged,
            notes=self.notes,
            muted_until=muted_until,
        )


@dataclass(frozen=True)
class Mute:
    """The last word on whether a brand is muted."""

    until: datetime | None
    at: datetime

    def active(self, now: datetime | None = None) -> datetime | None:
        """Until when nothing is sent; None: all is sent."""
        if self.until is None or self.until <= (now or datetime.now(UTC)):
            return None
        return self.until
