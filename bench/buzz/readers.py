"""Reads the public streams where their user put them: a zip or a folder of each kind.

`CRISES`  one JSON Lines file a brand (`id`, `text`, `created_at`, and where known `author`, `lang`
          and `truth`), `windows.json`, and where needed `ambiguous.json`
`AIRLINE_TWEETS`  one CSV with the columns `created_at`, `airline`, `text`, and `sentiment`; its
          windows stand in `airlines.json` beside this module
`NAB`     `Twitter_volume_*.csv` of the Numenta Anomaly Benchmark and `windows.json`
"""

import csv
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from bench.buzz.stream import Mention, Step, Stream, in_steps
from stream.backtest.counts import interval_minutes, minute_of, read_counts
from stream.backtest.labels import Window, read_labels

WARMUP = timedelta(hours=48)
"""A detector must know a brand before it is judged: two days of a stream of texts, and of a
series of counts the 15 % of the Numenta Anomaly Benchmark."""
_STEPS = ((timedelta(days=365), 15), (timedelta(days=60), 5), (timedelta(0), 1))
"""Minutes of a step, by how long a stream is at least."""
_AIRLINES = Path(__file__).with_name("airlines.json")


def read_streams(environment: dict[str, str] | None = None) -> list[Stream]:
    """The streams whose places the environment names.

    Raises:
        HistoryError: a file is not what it should be.
    """
    places = environment if environment is not None else dict(os.environ)
    found: list[Stream] = []
    for variable, reader in READERS.items():
        if place := places.get(variable):
            with _folder(Path(place)) as folder:
                found += reader(folder)
    return found


def read_crises(folder: Path) -> list[Stream]:
    """Each JSON Lines file is a brand's stream."""
    return [_crisis(path) for path in sorted(folder.glob("**/*.jsonl"))]


def _crisis(path: Path) -> Stream:
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
    timed = [(minute_of(datetime.fromisoformat(row["created_at"])), _mention(row)) for row in rows]
    ambiguous = path.with_name("ambiguous.json")
    return _texts(
        path.stem,
        path.stem,
        timed,
        read_labels(path.with_name("windows.json"), path),
        read_labels(ambiguous, path) if ambiguous.exists() else [],
    )


def _mention(row: dict[str, Any]) -> Mention:
    return Mention(
        str(row["id"]), row["text"], row.get("author"), row.get("lang"), truth=row.get("truth")
    )


def read_airlines(folder: Path) -> list[Stream]:
    """A stream for each airline; all of them are one source, as they share week and weather."""
    path = next(folder.glob("**/*.csv"))
    timed: dict[str, list[tuple[int, Mention]]] = {}
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines)):
            at = datetime.strptime(row["created_at"], "%Y-%m-%d %H:%M:%S %z")
            mention = Mention(str(number), row["text"], truth=row["sentiment"])
            timed.setdefault(row["airline"], []).append((minute_of(at), mention))
    return [
        _texts(
            brand,
            "airlines",
            own,
            _airline_windows("windows", brand),
            _airline_windows("ambiguous", brand),
        )
        for brand, own in sorted(timed.items())
    ]


def _airline_windows(kind: str, brand: str) -> list[Window]:
    rows = orjson.loads(_AIRLINES.read_bytes())[kind].get(brand, [])
    return [
        Window(datetime.fromisoformat(start), datetime.fromisoformat(end), what)
        for start, end, what in rows
    ]


def _texts(
    name: str,
    source: str,
    timed: list[tuple[int, Mention]],
    windows: list[Window],
    ambiguous: list[Window],
) -> Stream:
    minutes = [minute for minute, _ in timed]
    span = timedelta(minutes=max(minutes) - min(minutes))
    # A stream of months is thin, and one of years has a million minutes.
    size = next(size for least, size in _STEPS if span >= least)
    return Stream(
        name, source, "texts", size, in_steps(timed, size), tuple(windows), tuple(ambiguous), WARMUP
    )


def read_nab(folder: Path) -> list[Stream]:
    """Each CSV is a company's series of counts."""
    found = []
    for path in sorted(folder.glob("**/*.csv")):
        counts = read_counts(path)
        size = interval_minutes(counts)
        held = {count.minute // size * size: count.value for count in counts}
        windows = tuple(read_labels(next(folder.glob("**/windows.json")), path))
        busy = tuple(Step(minute, value) for minute, value in held.items())
        found.append(Stream(path.stem, path.stem, "counts", size, busy, windows, (), None))
    return found


@contextmanager
def _folder(place: Path) -> Iterator[Path]:
    if place.is_dir():
        yield place
        return
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(place) as archive:
        archive.extractall(folder)
        yield Path(folder)


READERS: dict[str, Callable[[Path], list[Stream]]] = {
    "CRISES": read_crises,
    "AIRLINE_TWEETS": read_airlines,
    "NAB": read_nab,
}
