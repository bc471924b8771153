"""Dead letters on a terminal and as JSON. What stands in them is data: none of it acts here."""

from base64 import b64encode
from collections.abc import Iterable
from typing import Any

import orjson
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sentiment.printable import printable, printable_json
from sentiment.terminal import listing
from stream.dlq.desk import Outcome
from stream.dlq.marks import Mark
from stream.dlq.read_letter import Letter

_TIME = "%Y-%m-%d %H:%M:%S"
_COLOURS = {"redriven": "green", "dropped": "yellow", "refused": "red", "skipped": "dim"}

Marked = tuple[Letter, Mark | None]


def as_json(letter: Letter, mark: Mark | None, value: bool = False) -> str:
    """A letter as one line of JSON. Bytes stand as text where they are UTF-8, and in base64.

    Args:
        letter: the letter.
        mark: what was done with it.
        value: with the record's bytes and headers.
    """
    facts: dict[str, Any] = {
        "partition": letter.position.partition,
        "offset": letter.position.offset,
        "reason": letter.reason,
        "stage": letter.stage,
        "detail": letter.detail,
        "failed_at": letter.failed_at,
        "source": letter.source and letter.source._asdict(),
        "size": _size(letter),
        "truncated": letter.sha256 is not None,
        "history": [passage.model_dump() for passage in letter.history],
        "mark": mark and mark.model_dump(exclude={"failed_at"}),
    }
    if value:
        facts["headers"] = [{"name": name, **_bytes(held)} for name, held in letter.headers]
        facts["key"] = _bytes(letter.key)
        facts["value"] = _bytes(letter.value)
    return printable_json(orjson.dumps(facts).decode())


def outcome_as_json(outcome: Outcome) -> str:
    """What became of a letter, as one line of JSON."""
    partition, offset = outcome.position
    facts = {
        "partition": partition,
        "offset": offset,
        "reason": outcome.reason,
        "state": outcome.state,
        "note": outcome.note,
    }
    return printable_json(orjson.dumps(facts).decode())


def table(rows: Iterable[Marked], width: int) -> RenderableType:
    """Letters, one a line where the terminal is wide enough, else with the detail below."""
    names = ("position", "failed (UTC)", "reason", "from", "bytes", "sent again", "detail")
    cells = (
        [Text(cell, "dim" if mark else "") for cell in _cells(letter, mark)]
        for letter, mark in rows
    )
    return listing(names, cells, width)


def page(letter: Letter, mark: Mark | None) -> Group:
    """All that there is to say of a letter."""
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold", no_wrap=True)
    facts.add_column(overflow="fold")
    for name, text in _facts(letter, mark):
        facts.add_row(Text(name), Text(text))
    return Group(facts, Text(printable(letter.value)), Text(""))


def line(outcome: Outcome) -> Text:
    """What became of a letter, in one line."""
    words = (outcome.state, str(outcome.position), outcome.reason, outcome.note)
    return Text(" ".join(printable(word) for word in words if word), _COLOURS[outcome.state])


def _cells(letter: Letter, mark: Mark | None) -> list[str]:
    return [
        str(letter.position),
        letter.failed_at.strftime(_TIME),
        printable(letter.reason),
        printable(str(letter.source or "")),
        f"{_size(letter):,}",
        str(len(letter.history) or ""),
        (f"[{mark.state}] " if mark else "") + printable(letter.detail),
    ]


def _facts(letter: Letter, mark: Mark | None) -> Iterable[tuple[str, str]]:
    yield "position", str(letter.position)
    yield "reason", printable(letter.reason)
    yield "stage", printable(letter.stage)
    yield "detail", printable(letter.detail)
    yield "failed", f"{letter.failed_at:{_TIME}} UTC"
    yield "from", printable(str(letter.source or "unknown: badbuzz did not write it"))
    for passage in letter.history:
        words = f"{passage.at:{_TIME}} by {passage.by}, was {passage.letter} ({passage.reason})"
        yield "sent again", printable(words)
    if mark:
        yield mark.state, printable(f"{mark.at:{_TIME}} UTC by {mark.by}")
    for name, held in letter.headers:
        yield f"header {printable(name)}", printable(held)
    yield "key", printable(letter.key)
    head = f", of which the first {len(letter.value or b''):,} are here" if letter.sha256 else ""
    yield "value", f"{_size(letter):,} bytes{head}"


def _size(letter: Letter) -> int:
    return len(letter.value or b"") if letter.size is None else letter.size


def _bytes(data: bytes | None) -> dict[str, str | None]:
    if data is None:
        return {"text": None, "base64": None}
    try:
        text: str | None = data.decode()
    except UnicodeDecodeError:
        text = None
    return {"text": text, "base64": b64encode(data).decode()}
