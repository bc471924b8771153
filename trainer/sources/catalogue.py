"""The sources that the trainer knows, and how each is read from where `populate_data.sh` puts it.

Weights were found by trials on kept-back rows: noisy two-class rows pull against three-class ones.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from sentiment.errors import DataError
from trainer.data.tweets import SENTIMENT140
from trainer.sources.readers import read_labelled, read_pair, read_sentiment140
from trainer.sources.rows import Rows, Source, joined
from trainer.sources.split import TEST_ONLY

FOLDER = "sources"
"""Inside the data directory: one folder a source."""

_LANGUAGES = {
    "arabic": "ar",
    "english": "en",
    "french": "fr",
    "german": "de",
    "hindi": "hi",
    "italian": "it",
    "portuguese": "pt",
    "spanish": "es",
}
"""Names of UMSAB's folders."""

_NOISY = 0.2
"""Weight of UMSAB's Hindi rows. Their labels look random: a model of them alone reaches a macro-F1
of 0.34 on their own validation rows, and a smile stands as often under each label."""


def load_three_class(data_dir: Path) -> Rows | None:
    """All rows of the sources of three classes whose files are there; None: there is none.

    Raises:
        DataError: a file is of another layout.
    """
    tables = [table for name in _THREE for table in _READERS[name](data_dir)]
    return joined(tables) if tables else None


def load_sources(data_dir: Path) -> Rows:
    """All rows of all sources whose files are there.

    Raises:
        DataError: none is there, or a file is of another layout.
    """
    tables = [table for read in _READERS.values() for table in read(data_dir)]
    if not tables:
        raise DataError(
            f"expected labelled tweets in {data_dir / FOLDER} or {data_dir / SENTIMENT140}, got "
            "none; `./populate_data.sh --sources` fetches them."
        )
    return joined(tables)


def _tweeteval(data_dir: Path) -> Iterator[Rows]:
    yield from _files(data_dir / FOLDER / "tweeteval", Source("tweeteval", "en"))


def _umsab(data_dir: Path) -> Iterator[Rows]:
    folder = data_dir / FOLDER / "umsab"
    for name, language in sorted(_LANGUAGES.items()):
        source = Source("umsab", language, weight=_NOISY if language == "hi" else 2.0)
        yield from _files(folder, source, f"umsab-{language}-*.csv")
        yield from _files(folder / name, source)


def _deft(data_dir: Path) -> Iterator[Rows]:
    yield from _files(data_dir / FOLDER / "deft", Source("deft", "fr", weight=1.5))


def _translated(data_dir: Path) -> Iterator[Rows]:
    source = Source("translated", "fr", classes=2, weight=0.2)
    yield from _files(data_dir / FOLDER / "translated", source)


def _airlines(data_dir: Path) -> Iterator[Rows]:
    for path in sorted((data_dir / FOLDER / "airlines").glob("*.csv")):
        label = "airline_sentiment" if "airline_sentiment" in _header(path) else "sentiment"
        yield read_labelled(path, Source("airlines", "en"), label=label, group="airline")


def _sentiment140(data_dir: Path) -> Iterator[Rows]:
    path = data_dir / SENTIMENT140
    if path.is_file():
        yield read_sentiment140(path, Source("sentiment140", "en", classes=2, weight=0.3))


def _files(folder: Path, source: Source, pattern: str = "*.csv") -> Iterator[Rows]:
    """CSV files, and pairs of `PART_text.txt` and `PART_labels.txt`."""
    paths = [*sorted(folder.glob(pattern)), *sorted(folder.glob("*_text.txt"))]
    apart = _set_apart(paths)
    for path in paths:
        if path.suffix == ".csv":
            rows = read_labelled(path, source)
        else:
            rows = read_pair(path, path.with_name(path.name.replace("_text", "_labels")), source)
        yield replace(rows, groups=[TEST_ONLY] * len(rows)) if path in apart else rows


def _set_apart(paths: list[Path]) -> set[Path]:
    """Files for tests by their names; those for validation where there is none for tests."""
    for part in ("test", "val"):
        # A word of its own: `semeval.csv` is for training.
        word = re.compile(rf"(?<![a-z]){part}(?![a-z])", re.IGNORECASE)
        found = {path for path in paths if word.search(path.name)}
        if found:
            return found
    return set()


def _header(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.readline()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"expected labelled tweets in {path}, got: {error}") from error


_READERS: dict[str, Callable[[Path], Iterator[Rows]]] = {
    "tweeteval": _tweeteval,
    "umsab": _umsab,
    "deft": _deft,
    "airlines": _airlines,
    "translated": _translated,
    "sentiment140": _sentiment140,
}
_THREE = ("tweeteval", "umsab", "deft", "airlines")
