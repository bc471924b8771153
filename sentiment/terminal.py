"""Consoles and tables of the commands, on which data is data."""

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

_GAP = 2
_LEAST_PROSE = 40
_INDENT = 4


def console(stderr: bool = False) -> Console:
    """A console on which square brackets, colons and numbers mean nothing."""
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def listing(names: Sequence[str], rows: Iterable[Sequence[Text]], width: int) -> RenderableType:
    """A table whose last column is prose: where it would be narrow, it stands below its row.

    Args:
        names: of the columns.
        rows: as many cells each.
        width: of the terminal, in characters.
    """
    kept = list(rows)
    widths = {
        place: max([len(name), *(row[place].cell_len for row in kept)])
        for place, name in enumerate(names[:-1])
        if any(row[place] for row in kept)
    }
    if sum(widths.values()) + _GAP * len(names) + _LEAST_PROSE <= width:
        return _table(names, kept)
    head = [Text(name, "bold") for name in names[:-1]]
    stacked: list[RenderableType] = [_line(head, widths)]
    for row in kept:
        stacked.append(_line(row, widths))
        if row[-1]:
            stacked.append(Padding(row[-1], (0, 0, 0, _INDENT)))
    return Group(*stacked)


def _table(names: Sequence[str], rows: Sequence[Sequence[Text]]) -> Table:
    grid = Table(box=None, pad_edge=False, header_style="bold", padding=(0, _GAP, 0, 0))
    for name in names:
        grid.add_column(name, no_wrap=name != names[-1])
    for row in rows:
        grid.add_row(*row)
    return grid


def _line(row: Sequence[Text], widths: Mapping[int, int]) -> RenderableType:
    cells = [row[place].copy() for place in widths]
    for cell, width in zip(cells, widths.values(), strict=True):
        cell.pad_right(width - cell.cell_len)
    line = Text(" " * _GAP).join(cells)
    line.rstrip()
    return line
