"""`badbuzz score`: a file of texts in, the same file with scores out."""

from collections.abc import Container, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from sentiment import terminal
from sentiment.errors import DataError
from sentiment.reading.bytes_of_files import without_packing
from sentiment.reading.options import file_options
from sentiment.reading.table_format import TableFormat
from sentiment.reading.tables import Row, cell, open_table, read_rows, text_of
from sentiment.scorer import Scorer
from sentiment.scores import Answer
from sentiment.settings import load_settings
from trainer.data.table_writer import row_writer
from trainer.settings import TrainerSettings

_BATCH = 2_000
_ADDED = (*Answer._fields, "model_version")


@click.command("score")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Default: FILE.scored.EXT.")
@click.option("--model", default="", help="Version, alias or artefact folder; default: champion.")
@click.option("--prefix", default="", help="Prefix for the names of added columns.")
@file_options
def score(
    file: Path,
    *,
    output: Path | None,
    model: str,
    prefix: str,
    text_column: str,
    **written: Any,
) -> None:
    """Score each row of FILE (CSV, JSON Lines, JSON; .gz, .zip), and write it back with its score.

    Added are `label` (negative, neutral, positive, uncertain or unsupported), `p_negative`,
    `p_neutral`, `p_positive` and `model_version`; a version of two classes leaves `p_neutral` and
    `p_positive` empty. Where FILE has one of them already, --prefix names them otherwise. Encoding
    and delimiter stay. The file is streamed: its size does not matter.
    """
    from trainer.registry.versions import open_version  # noqa: PLC0415 - MLflow takes seconds

    settings, console = load_settings(TrainerSettings), terminal.console()
    plain = without_packing(file)
    target = output or plain.with_suffix(f".scored{plain.suffix}")
    scorer = open_version(settings, model)
    names = [prefix + name for name in _ADDED]
    with open_table(file, TableFormat(**written), text_column) as table, _bar(console) as progress:
        if table.header is not None:  # a file without rows has columns, too
            cell(dict.fromkeys(table.header), text_column, file)
            _require_free(table.header, names, file)
        task = progress.add_task(file.name, total=file.stat().st_size)
        rows = read_rows(table, lambda done: progress.update(task, completed=done))
        scored = _scored(rows, scorer, file, text_column, names)
        count = _write(target, scored, [*(table.header or ()), *names], table.format)
    console.print(
        f"{count:,} rows scored by {scorer.model.name} {scorer.model.version}: {target}",
        soft_wrap=True,
    )


def _scored(
    rows: Iterator[Row], scorer: Scorer, file: Path, text_column: str, names: list[str]
) -> Iterator[Row]:
    while batch := list(islice(rows, _BATCH)):
        texts = [text_of(row, text_column, file) for row in batch]
        for row, answer in zip(batch, scorer.answer(texts), strict=True):
            added = (*answer, scorer.model.version)
            _require_free(row, names, file)
            yield row | dict(zip(names, added, strict=True))


def _require_free(known: Container[str], names: list[str], file: Path) -> None:
    if there := [name for name in names if name in known]:
        raise DataError(
            f"{file}: expected a file without the columns to be added ({', '.join(names)}), got "
            f"{', '.join(there)}; choose other names, for example with --prefix model_."
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
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn())
    return Progress(*columns, TimeRemainingColumn(), console=console)
