"""Decides what happens to each dead letter, and collects the records to publish for it."""

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from sentiment.errors import DeadLetterError
from sentiment.topics import DEAD_LETTER_MARKS
from stream.dlq.box import Ends
from stream.dlq.marks import Mark, Marks
from stream.dlq.read_letter import Letter, Position
from stream.dlq.redrive import Redriver
from stream.dlq.selection import Selection
from stream.settings import StreamSettings
from stream.transactions.outputs import Outputs

_CHUNK_LETTERS = 200
_CHUNK_BYTES = 8_388_608

Action = Literal["redriven", "dropped"]
State = Literal["redriven", "dropped", "refused", "skipped"]

NOT_THERE = "no letter stands there, or the one that does has another reason or time; see `ls`"


@dataclass(frozen=True)
class Outcome:
    """What became of a letter.

    Attributes:
        state: `skipped` where it was marked before and not named by its position.
        note: why a letter was refused or skipped, or where a redriven one went.
    """

    position: Position
    reason: str
    state: State
    note: str


@dataclass
class Chunk:
    """Letters whose records and marks are one transaction."""

    outputs: Outputs = field(default_factory=Outputs)
    outcomes: list[Outcome] = field(default_factory=list)
    size: int = 0

    @property
    def full(self) -> bool:
        """Whether it is time to commit."""
        return len(self.outcomes) >= _CHUNK_LETTERS or self.size >= _CHUNK_BYTES


@dataclass(frozen=True)
class Order:
    """What a person asked for.

    Attributes:
        again: letters that are marked already, too.
        by: who asked.
    """

    selection: Selection
    action: Action
    by: str
    again: bool = False


class Desk:
    """Decides letter by letter. Publishes nothing.

    Args:
        settings: names the topics.
        order: what to do.
        marks: what was done before; they are kept up to date.
        redriver: makes the records that letters were.
    """

    def __init__(
        self, settings: StreamSettings, order: Order, marks: Marks, redriver: Redriver
    ) -> None:
        self._order = order
        self._marks = marks
        self._redriver = redriver
        self._marks_topic = settings.topic(DEAD_LETTER_MARKS)

    async def chunks(self, letters: AsyncIterable[Letter], ends: Ends) -> AsyncIterator[Chunk]:
        """The letters, decided, a transaction's worth at a time. The last chunk clears up.

        Args:
            letters: those of the selection.
            ends: what the topic of dead letters holds.
        """
        missing = self._order.selection.singles
        chunk = Chunk()
        async for letter in letters:
            missing.discard(letter.position)
            chunk.outcomes.append(await self._decide(letter, chunk))
            if chunk.full:
                yield chunk
                chunk = Chunk()
        chunk.outcomes += [Outcome(place, "", "refused", NOT_THERE) for place in sorted(missing)]
        # Otherwise the topic of marks would grow without end.
        for position in self._marks.outlived(ends):
            self._mark(position, None, chunk)
        yield chunk

    async def _decide(self, letter: Letter, chunk: Chunk) -> Outcome:
        order = self._order
        mark = self._marks.of(letter)
        if mark is not None and not order.again:
            state: State = "refused" if order.selection.spans else "skipped"
            return _outcome(letter, state, _done_before(mark, order.action))
        now = datetime.now(UTC)
        note = ""
        if order.action == "redriven":
            try:
                source, record = await self._redriver.record(letter, now)
            except DeadLetterError as error:
                return _outcome(letter, "refused", str(error))
            chunk.outputs.add(source.topic, source.partition, [record])
            chunk.size += len(record.value or b"") + len(record.key or b"")
            note = f"to {source.topic}[{source.partition}]"
        mark = Mark(state=order.action, at=now, by=order.by, failed_at=letter.failed_at)
        self._mark(letter.position, mark, chunk)
        return _outcome(letter, order.action, note)

    def _mark(self, position: Position, mark: Mark | None, chunk: Chunk) -> None:
        partition, record = self._marks.set(position, mark)
        chunk.outputs.add(self._marks_topic, partition, [record])


def _outcome(letter: Letter, state: State, note: str) -> Outcome:
    return Outcome(letter.position, letter.reason, state, note)


def _done_before(mark: Mark, action: Action) -> str:
    hint = "; --again does it all the same" if action == "redriven" else ""
    return f"{mark.state} already, {mark.at:%Y-%m-%d %H:%M:%S} UTC by {mark.by}{hint}"
