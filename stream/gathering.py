"""The batches that wait for the model, asked about in one go.

A call of the graph costs the more for each text the fewer there are in it, and while it is under
way the batches of other partitions wait. Together they wait for one call in place of several.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Asking(Protocol):
    """Work on one batch, as far as the model is concerned."""

    @property
    def model(self) -> object:
        """What is asked. Batches of works with the same one may be asked about together."""

    def infer(self, prepared: Sequence[Any]) -> Sequence[Any]:
        """Ask about batches that were prepared, each by its own work: an answer for each."""


@dataclass(slots=True, eq=False)
class Waiting:
    """A batch before its inference, then its answer or what was raised."""

    work: Asking
    prepared: Any
    records: int
    asked: bool = False
    answer: Any = None
    error: Exception | None = None


class Gathering:
    """What waits, in order. One thread adds to it, and one thread asks.

    Args:
        most: records that are asked about together; a larger batch goes alone.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: deque[Waiting] = deque()

    def add(self, work: Asking, prepared: Any, records: int) -> Waiting:
        """A batch joins those that wait; then `answer` is to be called for each, in this order."""
        waiting = Waiting(work, prepared, records)
        self._waiting.append(waiting)
        return waiting

    def answer(self, waiting: Waiting) -> Any:
        """The answer for a batch, which may have come with that for one before it.

        Raises:
            Exception: what `infer` raised, for each batch that was asked about.
        """
        while not waiting.asked:
            self._ask(self._next())
        if waiting.error is not None:
            raise waiting.error
        return waiting.answer

    def _next(self) -> list[Waiting]:
        """The first that waits, and those right behind it that may be asked about with it."""
        together = [self._waiting.popleft()]
        records = together[0].records
        while self._waiting and self._waiting[0].work.model is together[0].work.model:
            records += self._waiting[0].records
            if records > self._most:
                break
            together.append(self._waiting.popleft())
        return together

    def _ask(self, together: list[Waiting]) -> None:
        try:
            answers = together[0].work.infer([waiting.prepared for waiting in together])
            for waiting, answer in zip(together, answers, strict=True):
                waiting.answer = answer
        except Exception as error:  # noqa: BLE001 - raised where each of them is waited for
            for waiting in together:
                waiting.error = error
        finally:
            for waiting in together:
                waiting.asked = True
