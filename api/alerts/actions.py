"""What people do about alerts, on its way to Kafka, where every instance and `notify` read it."""

import logging
from datetime import UTC, datetime
from uuid import uuid4

from api.alerts.book import AlertBook
from api.problems import not_now
from api.producer import UNACKNOWLEDGED, Producer
from api.settings import ApiSettings
from sentiment.actions import ActionKind, BuzzAction
from sentiment.topics import ACTIONS

log = logging.getLogger(__name__)


class ActionLog:
    """Writes actions, and shows them at once.

    Args:
        settings: name the topic.
        producer: writes to Kafka.
        book: what people see.
    """

    def __init__(self, settings: ApiSettings, producer: Producer, book: AlertBook) -> None:
        self._topic = settings.topic(ACTIONS)
        self._producer = producer
        self._book = book

    async def act(
        self,
        action: ActionKind,
        brand: str,
        caller: str,
        alert: str | None = None,
        note: str | None = None,
        until: datetime | None = None,
        key: str | None = None,
    ) -> None:
        """Return once Kafka has the action.

        Args:
            key: the same for a second try of the same action.

        Raises:
            ProblemError: 503, Kafka did not acknowledge in time.
        """
        done = BuzzAction(
            id=key or uuid4().hex, action=action, brand=brand, alert=alert, note=note, until=until,
            caller=caller, at=datetime.now(UTC),
        )  # fmt: skip
        value = done.model_dump_json(exclude_none=True).encode()
        try:
            await self._producer.write(self._topic, brand.encode(), value)
        except UNACKNOWLEDGED as error:
            log.warning("The action %s was not acknowledged: %r", done.id, error)
            raise not_now("Kafka did not acknowledge it; try again.", 2) from error
        self._book.act(done)
