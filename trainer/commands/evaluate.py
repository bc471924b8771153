"""`badbuzz evaluate`: how good versions are on any labelled file."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from sentiment import terminal
from sentiment.errors import DataError
from sentiment.reading.options import file_options
from sentiment.reading.table_format import TableFormat
from sentiment.reading.tables import cell, open_table, read_rows, text_of
from sentiment.settings import load_settings
from trainer.data.labelled import NEGATIVE, NEUTRAL, POSITIVE, Labelled
from trainer.settings import TrainerSettings

if TYPE_CHECKING:
    from trainer.evaluation.evaluation import Evaluation


@click.command("evaluate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--label-column", default="label", show_default=True, help="Column with the labels.")
@click.option("--positive", default="positive", show_default=True, help="Label of positive texts.")
@click.option("--negative", default="negative", show_default=True, help="Label of negative texts.")
@click.option(
    "--neutral",
    default=("neutral",),
    multiple=True,
    show_default=True,
    help="Label of neutral texts, if there is one; may be repeated.",
)
@click.option("--model", "models", multiple=True, help="Version, alias or folder; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; a list for several models.")
@file_options
def evaluate(
    file: Path,
    *,
    label_column: str,
    positive: str,
    negative: str,
    neutral: tuple[str, ...],
    models: tuple[str, ...],
    as_json: bool,
    text_column: str,
    **written: Any,
) -> None:
    """Measure the champion, or each --model, on a labelled FILE: CSV, JSON Lines, JSON; .gz, .zip.

    FILE has two classes, or three where rows are labelled neutral (--neutral objective, if that is
    its word). A version that tells two classes is measured by negative against positive, and so
    are all beside it: neutral rows are then left out and counted, as those of other labels are.
    """
    from trainer.evaluation.evaluation import evaluate as measured  # noqa: PLC0415 - scikit-learn is slow
    from trainer.registry.versions import open_version  # noqa: PLC0415

    labels = _codes(negative, neutral, positive)
    settings = load_settings(TrainerSettings)
    scorers = [open_version(settings, model) for model in models or ("",)]
    every, skipped = _labelled(file, TableFormat(**written), (text_column, label_column), labels)
    rows = every.for_all([scorer.card.three for scorer in scorers])
    skipped += len(every) - len(rows)
    _require_rows(rows, file, (positive, negative))
    found: list[Evaluation] = []
    for scorer in scorers:
        name = f"{scorer.card.candidate} v{scorer.model.version}"
        found.append(measured(scorer, rows, name)[0])
    if as_json:
        shown = [{"skipped": skipped, **one.model_dump()} for one in found]
        click.echo(json.dumps(shown[0] if len(shown) == 1 else shown, indent=1))
    else:
        _print(found, f"{file.name}: {len(rows):,} rows, {skipped:,} with other labels skipped")


def _codes(negative: str, neutral: Sequence[str], positive: str) -> dict[str, int]:
    """The class of each word for a label.

    Raises:
        DataError: one word stands for two classes.
    """
    labels = {negative: NEGATIVE, positive: POSITIVE, **dict.fromkeys(neutral, NEUTRAL)}
    if len(labels) < len({*neutral}) + 2:
        raise DataError(
            f"expected different labels, got {negative!r}, {', '.join(map(repr, neutral))} and "
            f"{positive!r}; name each: --negative, --neutral, --positive."
        )
    return labels


def _labelled(
    file: Path, layout: TableFormat, names: tuple[str, str], labels: dict[str, int]
) -> tuple[Labelled, int]:
    """The rows of the labels, and how many had another one.

    Raises:
        DataError: no row has one of them.
    """
    texts, found, rows = [], [], 0
    others: set[str] = set()
    with open_table(file, layout, names[0]) as table:
        for row in read_rows(table):
            rows += 1
            label = str(cell(row, names[1], file)).strip()
            if label in labels:
                texts.append(text_of(row, names[0], file))
                found.append(labels[label])
            elif len(others) < 10:
                others.add(label)
    if not texts:
        raise DataError(
            f"{file}: expected {' or '.join(labels)} in the column {names[1]}, got "
            f"{', '.join(sorted(others)) or 'no row'}; name them with --positive, --negative and "
            "--neutral."
        )
    return Labelled(texts, np.array(found, np.int8), three=NEUTRAL in found), rows - len(texts)


def _require_rows(rows: Labelled, file: Path, names: tuple[str, str]) -> None:
    if not len(rows):
        raise DataError(
            f"{file}: expected rows labelled {' or '.join(names)}, which a version of two classes "
            "is measured by, got neutral ones alone; name the labels with --positive and "
            "--negative."
        )


def _print(found: "list[Evaluation]", title: str) -> None:
    from trainer.reports import leaderboard as tables  # noqa: PLC0415

    console = terminal.console()
    for make in (tables.slices_table, tables.behaviour_table, tables.confusion_table):
        console.print(make(found))
    console.print(tables.leaderboard(found, title))
