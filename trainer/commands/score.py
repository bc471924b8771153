"""`badbuzz score`: a file of texts in, the same file with scores out."""

from collections.abc import Container, Iterable, Iterator
from itertools import islice
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from sentiment.errors import DataError
from sentiment.scorer import Scorer
from sentiment.settings import load_settings
from trainer.commands.files import file_options
from trainer.settings import TrainerSettings
from trainer.tables import Row, TableFormat, as_read, column, header, read_rows, row_writer

_BATCH = 2_000
_ADDED = ("label", "p_negative", "model_version")


@click.command("score")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Default: FILE.scored.EXT.")
@click.option("--model", default="", help="Version, alias or artefact folder; else the champion.")
@click.option("--prefix", default="", help="Put before the names of the columns that are added.")
@file_options
def score(
    file: Path,
    *,
    output: Path | None,
    model: str,
    prefix: str,
    text_column: str,
    encoding: str,
    delimiter: str,
    columns: tuple[str, ...],
) -> None:
    """Score each row of FILE, CSV or JSON Lines, and write it back with its score.

    Added are `label` (negative, positive or uncertain), `p_negative` and `model_version`; where
    FILE has one of them already, --prefix names them otherwise. Encoding and delimiter stay. The
    file is streamed: its size does not matter.
    """
    from trainer.versions import open_version  # noqa: PLC0415 - MLflow takes seconds

    settings, console = load_settings(TrainerSettings), Console()
    target = output or file.with_suffix(f".scored{file.suffix}")
    scorer = open_version(settings, model)
    layout = TableFormat(encoding, columns, delimiter)
    names = [prefix + name for name in _ADDED]
    known = header(file, layout)
    if known is not None:  # a file without rows has columns, too
        column(dict.fromkeys(known), text_column, file)
        _require_free(known, names, file)
    with _bar(console) as progress:
        task = progress.add_task(file.name, total=file.stat().st_size)
        rows = read_rows(file, layout, lambda done: progress.update(task, completed=done))
        scored = _scored(rows, scorer, file, text_column, names)
        count = _write(target, scored, [*(known or ()), *names], as_read(file, layout))
    console.print(f"{count:,} rows scored by {scorer.model.name} {scorer.model.version}: {target}")


def _scored(
    rows: Iterator[Row], scorer: Scorer, file: Path, text_column: str, names: list[str]
) -> Iterator[Row]:
    while batch := list(islice(rows, _BATCH)):
        texts = [column(row, text_column, file) for row in batch]
        for row, p_negative in zip(batch, scorer.score(texts).tolist(), strict=True):
            added = (scorer.label(p_negative), round(p_negative, 6), scorer.model.version)
            _require_free(row, names, file)
            yield row | dict(zip(names, added, strict=True))


def _require_free(known: Container[str], names: list[str], file: Path) -> None:
    if there := [name for name in names if name in known]:
        raise DataError(
            f"{file}: expected no column {', '.join(names)}, which are added, got "
            f"{', '.join(there)}; name the added ones otherwise, as with --prefix model_."
        )


def _write(target: Path, rows: Iterable[Row], without: list[str], layout: TableFormat) -> int:
    """Write the rows; `without` are the columns of a file without any. Returns their number."""
    iterator = iter(rows)
    first = next(iterator, None)
    columns = list(first) if first else without
    count = 0
    with row_writer(target, columns, layout) as write:
        if first is not None:
            write(first)
            count = 1
        for row in iterator:
            write(row)
            count += 1
    return count


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    return Progress(*columns, TimeRemainingColumn(), console=console)
