"""Which dead letters are meant: by position, by reason, by the time that they failed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from stream.dlq.read_letter import Letter, Position

_SPAN = re.compile(r"(\d+)(?::(\d+)(-(\d+)?)?)?", re.ASCII)
_AGO = re.compile(r"(\d+(?:\.\d+)?)([smhd])", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Span(NamedTuple):
    """Offsets of one partition, both ends included; `last` None: to the end."""

    partition: int
    first: int = 0
    last: int | None = None

    @property
    def single(self) -> Position | None:
        """The one position that was named, where it was one."""
        return Position(self.partition, self.first) if self.first == self.last else None


@dataclass(frozen=True)
class Selection:
    """Letters that fit all that is given; what is empty or None fits every letter.

    Attributes:
        spans: positions.
        reasons: reasons.
        since: the first moment of failing, included.
        until: the last moment of failing, excluded.
    """

    spans: tuple[Span, ...] = ()
    reasons: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing was said, so that every letter fits."""
        return not (self.spans or self.reasons or self.since or self.until)

    @property
    def singles(self) -> set[Position]:
        """The positions that were named one by one."""
        return {position for span in self.spans if (position := span.single) is not None}

    def fits(self, letter: Letter) -> bool:
        """Whether a letter at one of the positions fits reasons and times too."""
        return (
            (not self.reasons or letter.reason in self.reasons)
            and (self.since is None or letter.failed_at >= self.since)
            and (self.until is None or letter.failed_at < self.until)
        )


def parse_span(text: str) -> Span:
    """Read `0:15`, `0:15-20`, `0:15-` or a whole partition, `0`.

    Raises:
        ValueError: it is none of these; says what was expected.
    """
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(
            f"expected partition:offset, partition:first-last, partition:first- or partition, "
            f"for example 0:15 or 0:15-20, got {text!r}"
        )
    partition, first, dash, last = match.groups()
    if first is None:
        return Span(int(partition))
    if dash is None:
        return Span(int(partition), int(first), int(first))
    if last is not None and int(last) < int(first):
        raise ValueError(f"expected the smaller offset first, got {text!r}")
    return Span(int(partition), int(first), None if last is None else int(last))


def parse_moment(text: str, now: datetime) -> datetime:
    """Read a time of ISO 8601 (UTC unless it says otherwise), or an age: `30m`, `2h`, `7d`.

    Raises:
        ValueError: it is neither; says what was expected.
    """
    if ago := _AGO.fullmatch(text):
        try:
            return now - timedelta(**{_UNITS[ago[2]]: float(ago[1])})
        except OverflowError as error:
            raise ValueError(f"expected a shorter age, got {text!r}") from error
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(
            f"expected a time such as 2026-01-31T08:00 or an age such as 30m, 2h or 7d, "
            f"got {text!r}"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def disjoint(spans: Iterable[Span], ends: dict[int, tuple[int, int]]) -> list[Span]:
    """Spans in order, cut to what the topic holds, so that no letter is read twice.

    Args:
        spans: as they were named; none: all there is.
        ends: first offset and the offset after the last one, by partition.
    """
    named = sorted(
        (partition, max(first, ends[partition][0]), _last(last, ends[partition][1]))
        for partition, first, last in spans or map(Span, ends)
        if partition in ends
    )
    result: list[Span] = []
    for partition, first, last in named:
        if result and result[-1].partition == partition:
            first = max(first, (result[-1].last or 0) + 1)  # noqa: PLW2901 - cut where they overlap
        if first <= last:
            result.append(Span(partition, first, last))
    return result


def _last(last: int | None, end: int) -> int:
    return end - 1 if last is None else min(last, end - 1)
