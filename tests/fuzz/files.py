"""Hostile files for every command that reads one: each ends well, or with an error for people."""

import gzip
import io
import time
import traceback
import zipfile
from collections.abc import Iterator
from pathlib import Path

import click
import orjson
from click.testing import CliRunner
from hypothesis import strategies as st

from sentiment.cli import badbuzz
from sentiment.errors import BadbuzzError
from tests.fuzz.examples import drawn
from tests.fuzz.records import NASTY_TEXT

MOST_SECONDS = 20.0
NAMES = (
    "t.csv", "t.CSV", "t [x].jsonl", "t.json", "t.txt", "t.tsv", "t.csv.gz", "t.zip", "t.jsonl.gz",
)  # fmt: skip
_CELLS = (
    "", "late", '"', '""', "a\nb", "\r", ";", "\t", "'", "=1+1", "2015-02-24 11:35:52 -0800", "-1",
    "1e999", "NaN", "0001-01-01T00:00:00", "2/3/2026", "42423.5", "negative", "positive", "null",
    "sep=;", "\ufeff", "united", "\x00", "\u2028",
)  # fmt: skip
_HEADERS = (
    "id,text,created_at,label", "text;label", "timestamp,value,negative", "text,text", "sep=;",
    "tweet_id,airline_sentiment,airline,text,tweet_created", "", "a,b,c", "\ufefftext,label",
    "text,brand,p_negative,event_time",
)  # fmt: skip
_FILLERS = (
    b"", b"\x00" * 5_000, b"\xff\xfe", b"\xef\xbb\xbf", b"{" * 20_000, b"[" * 20_000, b'"' * 9_999,
    b"text\n" + b"a" * 3_000_000, b"," * 200_000, b'{"text": "late"' * 2_000, b"\n" * 100_000,
    b"PK\x03\x04", b"\x1f\x8b\x08\x00", b'[{"text": "late"}', b'{"data": [], "includes": 5}',
)  # fmt: skip

_FIELDS = ("id", "text", "created_at", "event_time", "brand", "label", "p_negative", "user",
           "full_text", "value", "timestamp", "lang", "author")  # fmt: skip
_FINE = (SystemExit, BadbuzzError, click.ClickException)
_cell = st.sampled_from(_CELLS) | st.text(max_size=12) | st.sampled_from(NASTY_TEXT)
_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _cell,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_cell, inner, max_size=3),
    max_leaves=5,
)
_row = st.fixed_dictionaries({}, optional=dict.fromkeys(_FIELDS, _value))


@st.composite
def _csv(draw: st.DrawFn) -> bytes:
    sign = draw(st.sampled_from([",", ";", "\t", "|"]))
    lines = [draw(st.sampled_from(_HEADERS)).replace(",", sign)]
    lines += [sign.join(row) for row in draw(st.lists(st.lists(_cell, max_size=5), max_size=6))]
    ends = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    return ends.join(lines).encode(encoding, "replace")


def _json(rows: list[dict[str, object]], array: bool) -> bytes:
    text = [str(orjson.dumps(row, default=str), "utf-8") for row in rows]
    return (f"[{','.join(text)}]" if array else "\n".join(text)).encode()


_plain_rows = st.lists(_row, max_size=6).map(
    lambda rows: [orjson.loads(orjson.dumps(_tame(row))) for row in rows]
)
CONTENTS: st.SearchStrategy[bytes] = st.one_of(
    _csv(),
    st.builds(_json, _plain_rows, st.booleans()),
    st.binary(max_size=400),
    st.sampled_from(_FILLERS),
    st.tuples(_csv(), st.binary(min_size=1, max_size=3)).map(b"".join),
)


def _tame(value: object) -> object:
    """What orjson can write: whole numbers of 64 bits and text without halves of characters."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return float(value)
    if isinstance(value, list):
        return [_tame(one) for one in value]
    if isinstance(value, dict):
        return {_tame(key): _tame(one) for key, one in value.items()}
    return value


def _flipped(packed: bytes) -> bytes:
    middle = len(packed) // 2
    return (
        packed[:middle]
        + bytes(255 - byte for byte in packed[middle : middle + 4])
        + packed[middle + 4 :]
    )


_PACKING = st.sampled_from(
    [None, lambda packed: packed, lambda packed: packed[:-12], lambda packed: packed[:40], _flipped]
)


def _packed(name: str, content: bytes) -> bytes:
    if name.endswith(".gz"):
        return gzip.compress(content)
    if name.endswith(".zip"):
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("inside.csv", content)
        return whole.getvalue()
    return content


def attack(folder: Path, model: Path, count: int, seed: int) -> Iterator[str]:
    """Give hostile files to every command that reads files; yields what went wrong.

    Args:
        folder: for the files.
        model: folder of an artefact.
        count: files.
        seed: the same files for the same one.
    """
    folder.mkdir(exist_ok=True)
    cases = drawn(st.tuples(st.sampled_from(NAMES), CONTENTS, _PACKING), count, seed)
    for number, (name, content, packing) in enumerate(cases):
        path = folder / name
        path.write_bytes(packing(_packed(name, content)) if packing else content)
        for arguments in _commands(path, folder, model):
            if fault := _fault(arguments):
                kept = folder.parent / f"fault-{seed}-{number}-{name.replace(' ', '')}"
                kept.write_bytes(path.read_bytes())
                yield f"badbuzz {' '.join(arguments)} ({kept}): {fault}"
        path.unlink()


def _commands(path: Path, folder: Path, model: Path) -> Iterator[list[str]]:
    there = str(path)
    yield ["backtest", there, "--json"]
    yield ["backtest", there, "--model", str(model)]
    yield ["score", there, "--model", str(model), "-o", str(folder / "out" / path.name)]
    yield ["evaluate", there, "--model", str(model), "--json"]
    yield ["replay", there, "--limit", "20"]
    yield ["replay", there, "--limit", "20", "--shuffle", "--errors", "replace"]


def _fault(arguments: list[str]) -> str | None:
    """What no person should see: a traceback, raw control characters, minutes of work."""
    (Path(arguments[1]).parent / "out").mkdir(exist_ok=True)
    started = time.process_time()  # the machine may be busy
    done = CliRunner().invoke(badbuzz, arguments)
    took = time.process_time() - started
    error = done.exception
    if error is not None and not isinstance(error, _FINE):
        return "".join(traceback.format_exception(error))[-2_000:]
    if took > MOST_SECONDS:
        return f"took {took:.0f} s of CPU"
    raw = next((sign for sign in done.output if sign in "\x1b\x9b\x9d\u202e"), None)
    return None if raw is None else f"printed {raw!r} raw"
