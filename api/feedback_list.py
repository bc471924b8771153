"""The newest feedback, for people who look at it: in pages, the newest first."""

from bisect import bisect_left, insort
from collections.abc import Callable
from typing import NamedTuple

from api.paging import read_cursor, write_cursor
from sentiment.messages import Feedback


class _Place(NamedTuple):
    """Where a feedback stands: the same for every reader of the topic."""

    received_at: float
    key: str


class FeedbackList:
    """The newest feedback, each key once, in bounded memory.

    Args:
        most: feedback that is kept, the newest.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._places: list[_Place] = []
        self._found: dict[str, Feedback] = {}

    def add(self, feedback: Feedback) -> None:
        """A record of `feedback`. The first of a key counts."""
        if feedback.key in self._found:
            return
        self._found[feedback.key] = feedback
        insort(self._places, _place(feedback))
        if len(self._places) > self._most:
            del self._found[self._places.pop(0).key]

    def page(
        self, limit: int, cursor: str | None, fits: Callable[[Feedback], bool]
    ) -> tuple[list[Feedback], str | None]:
        """The next feedback that fits, the newest first, and the cursor after it.

        Args:
            limit: feedback on the page.
            cursor: of the page before; None: the first page.
            fits: whether a feedback is asked for.

        Raises:
            ProblemError: 422, `cursor` is none of ours.
        """
        place = len(self._places) if cursor is None else self._index(cursor)
        found: list[Feedback] = []
        while place > 0:
            place -= 1
            one = self._found[self._places[place].key]
            if fits(one):
                if len(found) == limit:
                    return found, _cursor(found[-1])
                found.append(one)
        return found, None

    def _index(self, cursor: str) -> int:
        received_at, key = read_cursor(cursor, float, str)
        return bisect_left(self._places, _Place(received_at, key))


def _place(feedback: Feedback) -> _Place:
    return _Place(feedback.received_at.timestamp(), feedback.key)


def _cursor(feedback: Feedback) -> str:
    return write_cursor(_place(feedback))
