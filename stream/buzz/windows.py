"""Counts of the last two days in a few hundred numbers: of late fine, of before coarse ones."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from stream.buzz.options import BLOCK, KEEP, Scale

_DIGITS = 4


class Tally(NamedTuple):
    """What was counted in some steps, and what was expected in them.

    Attributes:
        total: mentions.
        plain: weights of those that are no praise.
        scored: mentions that the version that speaks scored.
        negative: those that it called negative.
        weight: weights of the negative ones.
        copies: mentions not counted.
        usual: mentions expected.
        usual_negative: called negative, expected.
        due: of the scored, those called negative if the share were the usual one.
    """

    total: float = 0
    plain: float = 0
    scored: float = 0
    negative: float = 0
    weight: float = 0
    copies: float = 0
    usual: float = 0
    usual_negative: float = 0
    due: float = 0


_COLUMNS = len(Tally._fields)
_TOTAL, _USUAL = Tally._fields.index("total"), Tally._fields.index("usual")
_OF_A_VERSION = [Tally._fields.index(name) for name in
                 ("plain", "scored", "negative", "weight", "usual_negative", "due")]  # fmt: skip


@dataclass(slots=True)
class Blocks:
    """The last 40 blocks of a level, by column, newest last, and the block under way."""

    columns: list[list[int | float]] = field(default_factory=lambda: [[] for _ in range(_COLUMNS)])
    part: list[int | float] = field(default_factory=lambda: [0] * _COLUMNS)

    def add(self, tally: Tally) -> None:
        """Take steps into the block under way."""
        self.part = [have + more for have, more in zip(self.part, tally, strict=True)]

    def end_block(self) -> None:
        """The block under way is whole."""
        for column, value in zip(self.columns, self.part, strict=True):
            column.append(round(value, _DIGITS) if type(value) is float else value)
            if len(column) > KEEP:
                del column[0]
        self.part = [0] * _COLUMNS

    def clear(self) -> None:
        """Nothing is held."""
        self.columns = [[] for _ in range(_COLUMNS)]
        self.part = [0] * _COLUMNS

    def last(self, blocks: int) -> Tally:
        """The sums of the last whole blocks and the one under way."""
        return Tally(*[
            sum(column[-blocks:]) + part
            for column, part in zip(self.columns, self.part, strict=True)
        ])  # fmt: skip

    def forget_version(self) -> None:
        """Nothing of what a version called stays."""
        for place in _OF_A_VERSION:
            self.columns[place] = [0] * len(self.columns[place])
            self.part[place] = 0

    def level(self, blocks: int) -> None:
        """In the last whole blocks and the one under way, nothing is above what was expected."""
        known = len(self.columns[0])
        for age in range(min(blocks, known)):
            row = _levelled(Tally(*[column[known - 1 - age] for column in self.columns]))
            for column, value in zip(self.columns, row, strict=True):
                column[known - 1 - age] = value
        self.part = list(_levelled(Tally(*self.part)))


def _levelled(tally: Tally) -> Tally:
    part = min(1.0, tally.usual / tally.total) if tally.total else 1.0
    kept = tally
    if part < 1:
        kept = Tally._make(round(value * part, _DIGITS) for value in tally)._replace(
            usual=tally.usual, usual_negative=tally.usual_negative
        )
    if kept.negative > kept.due:
        calm = kept.due / kept.negative
        kept = kept._replace(
            negative=round(kept.due, _DIGITS), weight=round(kept.weight * calm, _DIGITS)
        )
    return kept


@dataclass(slots=True)
class Windows:
    """The blocks of all levels. Blocks begin at whole multiples of their length."""

    levels: list[Blocks] = field(default_factory=list)

    def add(self, step: int, tally: Tally) -> None:
        """Take the step of that number."""
        for level, blocks in enumerate(self.levels):
            blocks.add(tally)
            if (step + 1) % BLOCK**level == 0:
                blocks.end_block()

    def skip(self, start: int, end: int, tally: Callable[[int, int], Tally]) -> None:
        """Take the steps from `start` to before `end` at once; `tally` says what they hold.

        At most the 40 blocks that are kept of each level are asked for.
        """
        for level, blocks in enumerate(self.levels):
            size = BLOCK**level
            place = start
            if place < (kept := (end // size - KEEP) * size):
                blocks.clear()
                place = kept
            while place < end:
                until = min((place // size + 1) * size, end)
                blocks.add(tally(place, until))
                place = until
                if until % size == 0:
                    blocks.end_block()

    def last(self, scale: Scale) -> Tally:
        """The sums of the window of that scale that ends now."""
        return self.levels[scale.level].last(scale.blocks)

    def busy(self, level: int, steps: int) -> tuple[float, float]:
        """Mentions of the last `steps` steps or a few more, and those expected, by that level."""
        blocks, found = -(-steps // BLOCK**level), self.levels[level]
        seen, usual = found.columns[_TOTAL], found.columns[_USUAL]
        return (
            sum(seen[-blocks:]) + found.part[_TOTAL],
            sum(usual[-blocks:]) + found.part[_USUAL],
        )

    def length(self, scale: Scale, now: int) -> int:
        """Steps that the window holds which ends before the step `now`."""
        size = BLOCK**scale.level
        whole = min(scale.blocks, len(self.levels[scale.level].columns[0]))
        return int(whole * size + now % size)

    def negatives(self, age: int) -> float:
        """Called negative in the step `age` steps before the next one."""
        column = self.levels[0].columns[Tally._fields.index("negative")]
        return column[-age] if age <= len(column) else 0

    def forget_version(self) -> None:
        """Another version of the model speaks: what was called lately is not to be compared."""
        for blocks in self.levels:
            blocks.forget_version()

    def level_off(self, steps: int) -> None:
        """The last steps are known: nothing in them stands out any more."""
        for level, blocks in enumerate(self.levels):
            blocks.level(-(-steps // BLOCK**level))

    def uncount(self, age: int, now: int, gone: Tally) -> None:
        """Take out of the step `age` steps before `now` what was counted wrongly."""
        for level, blocks in enumerate(self.levels):
            size = BLOCK**level
            back = now // size - (now - age) // size
            known = len(blocks.columns[0])
            for place, value in enumerate(gone):
                if back == 0:
                    blocks.part[place] = max(blocks.part[place] - value, 0)
                elif back <= known:
                    column = blocks.columns[place]
                    column[known - back] = max(column[known - back] - value, 0)
