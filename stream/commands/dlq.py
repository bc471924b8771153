"""`badbuzz dlq`: dead letters, listed, shown, sent again or dropped."""

import asyncio
import getpass
import heapq
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console

from sentiment import terminal
from sentiment.errors import DeadLetterError
from sentiment.printable import printable
from sentiment.settings import load_settings
from stream.dlq.box import letters, reader
from stream.dlq.desk import NOT_THERE, Action, Order, Outcome
from stream.dlq.handling import handle
from stream.dlq.marks import read_marks
from stream.dlq.selection import Selection, Span, parse_moment, parse_span
from stream.dlq.view import Marked, as_json, line, outcome_as_json, page, table
from stream.settings import StreamSettings

_LISTED = 50


@click.group()
def dlq() -> None:
    """List, show, redrive or drop dead letters: records that could not be scored.

    POSITION is partition:offset (0:15), a range (0:15-20, 0:15-) or a partition (0).
    """


class _SpanType(click.ParamType):
    name = "position"

    def convert(self, value: Any, param: Any, ctx: Any) -> Span:
        try:
            return parse_span(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _MomentType(click.ParamType):
    name = "time"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        try:
            return parse_moment(value, datetime.now(UTC))
        except ValueError as error:
            self.fail(str(error), param, ctx)


def _selecting(command: Callable[..., None]) -> Callable[..., None]:
    """The options that all commands select letters by."""
    options = (
        click.argument("positions", metavar="[POSITION]...", nargs=-1, type=_SpanType()),
        click.option("--reason", "reasons", multiple=True, help="Only this reason; repeatable."),
        click.option("--since", type=_MomentType(),
                     help="Failed at or after: 2026-01-31T08:00 (UTC) or an age, 2h."),
        click.option("--until", type=_MomentType(), help="Failed before."),
        click.option("--json", "json", is_flag=True, help="One JSON object a line."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def _selection(
    positions: tuple[Span, ...], reasons: tuple[str, ...], since: datetime | None,
    until: datetime | None,
) -> Selection:  # fmt: skip
    return Selection(positions, frozenset(reasons), since, until)


@dlq.command()
@_selecting
@click.option("--all", "marked", is_flag=True, help="Those that were redriven or dropped, too.")
@click.option("--limit", type=click.IntRange(min=1),
              help=f"Only the newest so many; {_LISTED} unless --json.")  # fmt: skip
def ls(json: bool, marked: bool, limit: int | None, **selected: Any) -> None:
    """List dead letters, the newest last, and count them by reason."""
    selection = _selection(**selected)
    if not json or limit:
        listing = _newest(selection, marked, limit or _LISTED)
        rows, counts, hidden = asyncio.run(listing)
        if json:
            for row in rows:
                click.echo(as_json(*row))
        else:
            _print_list(rows, counts, hidden)
    else:
        asyncio.run(_stream(selection, marked))


@dlq.command()
@_selecting
def show(json: bool, **selected: Any) -> None:
    """Print dead letters whole: headers, detail and bytes, with control signs spelled out."""
    selection = _selection(**selected)
    _require_some(selection, everything=False)
    missing = asyncio.run(_show(selection, json))
    if missing:
        raise DeadLetterError(f"{', '.join(map(str, sorted(missing)))}: {NOT_THERE}.")


@dlq.command()
@_selecting
@click.option("--everything", is_flag=True, help="All letters; needed where none are selected.")
@click.option("--again", is_flag=True, help="Those that were redriven or dropped before, too.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
def redrive(json: bool, everything: bool, again: bool, dry_run: bool, **selected: Any) -> None:
    """Send dead letters back to the topic and partition that they came from.

    Bytes, key and headers are those that came; the header badbuzz.history tells of the redrive.
    A letter that was redriven before is refused. Exit code 1 where a letter was refused.
    """
    selection = _selection(**selected)
    _require_some(selection, everything)
    _carry_out(Order(selection, "redriven", _who(), again), dry_run, json)


@dlq.command()
@_selecting
@click.option("--everything", is_flag=True, help="All letters; needed where none are selected.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
def drop(json: bool, everything: bool, dry_run: bool, **selected: Any) -> None:
    """Mark dead letters as dropped: they are no longer listed, and Kafka's retention ends them."""
    selection = _selection(**selected)
    _require_some(selection, everything)
    _carry_out(Order(selection, "dropped", _who()), dry_run, json)


def _require_some(selection: Selection, everything: bool) -> None:
    if selection.empty and not everything:
        raise click.UsageError(
            "expected positions, --reason, --since or --until, got none of them; `badbuzz dlq ls` "
            "lists the letters."
        )


async def _marked(selection: Selection) -> AsyncIterator[Marked]:
    settings = load_settings(StreamSettings)
    async with reader(settings) as consumer:
        marks = await read_marks(consumer, settings)
        async for letter in letters(consumer, settings, selection):
            yield letter, marks.of(letter)


async def _stream(selection: Selection, marked: bool) -> None:
    async for letter, mark in _marked(selection):
        if marked or mark is None:
            click.echo(as_json(letter, mark))


async def _newest(
    selection: Selection, marked: bool, limit: int
) -> tuple[list[Marked], Counter[str], int]:
    """The newest letters, all counted by reason, and the number of those hidden by their mark."""
    kept: list[tuple[Any, Marked]] = []
    counts: Counter[str] = Counter()
    hidden = 0
    async for letter, mark in _marked(selection):
        if mark is not None and not marked:
            hidden += 1
            continue
        counts[letter.reason] += 1
        item = ((letter.failed_at, letter.position), (letter, mark))
        add = heapq.heappush if len(kept) < limit else heapq.heappushpop
        add(kept, item)
    return [row for _, row in sorted(kept)], counts, hidden


def _print_list(rows: list[Marked], counts: Counter[str], hidden: int) -> None:
    console = terminal.console()
    if rows:
        console.print(table(rows, console.width))
    total = counts.total()
    by_reason = ", ".join(f"{printable(name)} {n:,}" for name, n in counts.most_common())
    words = [f"{total:,} dead letters" + (f": {by_reason}" if total else "")]
    if total > len(rows):
        words.append(f"the newest {len(rows):,} are listed, --limit shows more")
    if hidden:
        words.append(f"{hidden:,} redriven or dropped ones are hidden, --all shows them")
    console.print("; ".join(words) + ".")


async def _show(selection: Selection, json: bool) -> set[Any]:
    missing = selection.singles
    console = terminal.console()
    async for letter, mark in _marked(selection):
        missing.discard(letter.position)
        if json:
            click.echo(as_json(letter, mark, value=True))
        else:
            console.print(page(letter, mark), soft_wrap=True)
    return missing


def _carry_out(order: Order, dry_run: bool, json: bool) -> None:
    counts: Counter[str] = Counter()
    asyncio.run(_report(order, dry_run, json, counts))
    if not json:
        total = ", ".join(f"{state} {counts[state]:,}" for state in _states_after(order.action))
        click.echo(("dry run, nothing was done: " if dry_run else "") + total)
    if counts["refused"]:
        sys.exit(1)


async def _report(order: Order, dry_run: bool, json: bool, counts: Counter[str]) -> None:
    console = terminal.console()
    async for outcome in handle(load_settings(StreamSettings), order, dry_run):
        counts[outcome.state] += 1
        _tell(console, outcome, json)


def _tell(console: Console, outcome: Outcome, json: bool) -> None:
    if json:
        click.echo(outcome_as_json(outcome))
    else:
        console.print(line(outcome), soft_wrap=True)


def _states_after(action: Action) -> tuple[str, ...]:
    return (action, "refused", "skipped")


def _who() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        user = "unknown"
    return f"{user}@{socket.gethostname()}"
