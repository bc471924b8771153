"""A public stream about one brand, cut into steps, with its known crises."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sentiment.alerts import at_minute
from stream.backtest.labels import Window

Kind = Literal["texts", "counts"]


class Mention(NamedTuple):
    """A mention of the brand.

    Attributes:
        id: unique in the stream.
        text: as it was written.
        author: None where the stream does not say.
        lang: language as the stream says, likewise.
        p_negative: by the model of this run.
        p_neutral, p_positive: likewise; None from a model with two classes.
        truth: label by people, where known. For the bench, never for a detector.
    """

    id: str
    text: str
    author: str | None = None
    lang: str | None = None
    p_negative: float | None = None
    p_neutral: float | None = None
    p_positive: float | None = None
    truth: str | None = None


class Step(NamedTuple):
    """A step of event time.

    Attributes:
        minute: its first minute, since 1970.
        count: how many mentions it holds.
        mentions: these; empty in a stream of counts.
    """

    minute: int
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody needs of it
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True)
class Stream:
    """A brand's stream.

    Attributes:
        name: of the stream.
        source: what is left out together with it: streams of one source share their crises.
        kind: whether its mentions are known, or only their number.
        step_minutes: length of a step.
        busy: its steps that hold a mention, ascending; those between are empty.
        windows: known crises; none in a control.
        ambiguous: times in which an alarm counts neither way.
        warmup: time from its start in which nothing is judged.
    """

    name: str
    source: str
    kind: Kind
    step_minutes: int
    busy: tuple[Step, ...]
    windows: tuple[Window, ...]
    ambiguous: tuple[Window, ...]
    warmup: timedelta | None

    def steps(self) -> Iterator[Step]:
        """All steps from the first mention to the last, the empty ones too."""
        minute = self.busy[0].minute
        for step in self.busy:
            while minute < step.minute:
                yield Step(minute, 0)
                minute += self.step_minutes
            yield step
            minute = step.minute + self.step_minutes

    @property
    def first(self) -> datetime:
        """Start of the first step."""
        return at_minute(self.busy[0].minute)

    @property
    def last(self) -> datetime:
        """End of the last step."""
        return at_minute(self.busy[-1].minute + self.step_minutes)

    @property
    def mentions(self) -> int:
        """How many there are."""
        return sum(step.count for step in self.busy)

    def with_mentions(self, mentions: list[Mention]) -> "Stream":
        """The same stream with other mentions in the places of its own."""
        rest = iter(mentions)
        busy = (step._replace(mentions=tuple(next(rest) for _ in step.mentions))
                for step in self.busy)  # fmt: skip
        return replace(self, busy=tuple(busy))


def in_steps(timed: list[tuple[int, Mention]], step_minutes: int) -> tuple[Step, ...]:
    """Mentions with their minutes, in any order, as the steps that hold them."""
    held: dict[int, list[Mention]] = {}
    for minute, mention in sorted(timed, key=lambda pair: pair[0]):
        held.setdefault(minute // step_minutes * step_minutes, []).append(mention)
    return tuple(Step(minute, len(own), tuple(own)) for minute, own in held.items())
