"""Each feedback key counts once, across restarts: what this process knows of the topic."""

from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256

from sentiment.messages import Feedback


class Tally:
    """The newest keys on the topic, and those that this process sent and has not seen there.

    A key is counted when Kafka acknowledges it or when it is read back, whichever comes first:
    so a feedback counts that was written although its answer was a 503, and counts once.

    Args:
        most: keys that are remembered, the newest.
        on_new: called once with each feedback that this process sent and Kafka has.
    """

    def __init__(self, most: int, on_new: Callable[[Feedback], None]) -> None:
        self._most = most
        self._on_new = on_new
        self._stored: OrderedDict[str, bytes] = OrderedDict()
        self._sent: OrderedDict[str, Feedback] = OrderedDict()

    def stored_as(self, feedback: Feedback) -> bool | None:
        """None: this key is new; True: stored with the same content; False: with another."""
        known = self._stored.get(feedback.key)
        return None if known is None else known == _content(feedback)

    def sending(self, feedback: Feedback) -> None:
        """A feedback goes to Kafka now."""
        self._sent[feedback.key] = feedback
        self._trim(self._sent)

    def stored(self, feedback: Feedback) -> None:
        """Kafka has a feedback: it acknowledged it, or it was read from the topic."""
        if feedback.key in self._stored:
            return
        self._stored[feedback.key] = _content(feedback)
        self._trim(self._stored)
        if self._sent.pop(feedback.key, None) is not None:
            self._on_new(feedback)

    def _trim(self, keys: OrderedDict[str, bytes] | OrderedDict[str, Feedback]) -> None:
        while len(keys) > self._most:
            keys.popitem(last=False)


def _content(feedback: Feedback) -> bytes:
    text = feedback.model_dump_json(exclude={"received_at", "schema_version"})
    return sha256(text.encode()).digest()[:16]
