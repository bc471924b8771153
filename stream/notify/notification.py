"""An alert on its way to people."""

import re
from dataclasses import dataclass
from datetime import UTC

from sentiment.alerts import AlertState, BuzzAlert

_KEY = re.compile(r"[\x21-\x7e]{1,256}")


@dataclass(frozen=True)
class Notification:
    """An alert and its bytes, as they stand on the topic."""

    alert: BuzzAlert
    body: bytes

    @property
    def key(self) -> str:
        """The same for each try, and for no other notification.

        Made of the alert's id, its state and the minute of that state: an alert may worsen twice.
        """
        return self._key_of(self.alert.state)

    @property
    def first_key(self) -> str:
        """The key under which the same alert was opened."""
        return self._key_of("open")

    def _key_of(self, state: AlertState) -> str:
        at = self.alert.opened_at if state == "open" else self.alert.at
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return f"{self.alert.id}-{state}-{int(at.timestamp())}"


def read_notification(value: bytes | None) -> Notification | None:
    """What a record of `buzz.alerts` says; None where it holds no alert that can be sent.

    Its key goes into headers of HTTP and of mail: one with control characters is refused here.
    """
    try:
        found = Notification(BuzzAlert.model_validate_json(value or b""), value or b"")
        usable = all(_KEY.fullmatch(key) for key in (found.key, found.first_key))
    except (ValueError, OverflowError):  # of pydantic, and of dates out of range
        return None
    return found if usable else None
