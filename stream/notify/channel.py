"""A way by which alerts reach people, and how it says that one did not."""

from typing import Protocol

from stream.notify.notification import Notification


class NotTakenError(Exception):
    """A notification was not taken. The message holds no secret and nothing the receiver said."""


class UnreachedError(NotTakenError):
    """The receiver is down or busy: nobody took the notification this time.

    Args:
        why: what happened.
        wait: the least seconds after which the receiver wants to be asked again.
    """

    def __init__(self, why: str, wait: float = 0.0) -> None:
        super().__init__(why)
        self.wait = wait


class RefusedError(NotTakenError):
    """The receiver rejected the notification as it is; sending it again will hardly help."""


class Channel(Protocol):
    """A way of sending. `name` stands in metrics, logs and the consumer group."""

    name: str

    async def send(self, notification: Notification) -> None:
        """Try once.

        Raises:
            UnreachedError: it may be taken later.
            RefusedError: it will hardly ever be taken.
        """

    async def close(self) -> None:
        """Let go of connections."""
