"""`badbuzz evaluate`: how good versions are on any labelled file."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
from rich.console import Console

from sentiment.errors import DataError
from sentiment.settings import load_settings
from trainer.commands.files import file_options
from trainer.data import Tweets
from trainer.settings import TrainerSettings
from trainer.tables import TableFormat, column, read_rows

if TYPE_CHECKING:
    from trainer.evaluation import Evaluation


@click.command("evaluate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--label-column", default="label", show_default=True, help="Column of the labels.")
@click.option("--positive", default="positive", show_default=True, help="What it says for these.")
@click.option("--negative", default="negative", show_default=True, help="What it says for those.")
@click.option("--model", "models", multiple=True, help="Version, alias or folder; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; a list for several models.")
@file_options
def evaluate(
    file: Path,
    *,
    label_column: str,
    positive: str,
    negative: str,
    models: tuple[str, ...],
    as_json: bool,
    text_column: str,
    encoding: str,
    delimiter: str,
    columns: tuple[str, ...],
) -> None:
    """Measure the champion, or each --model, on a labelled FILE, CSV or JSON Lines.

    Rows with another label than the two (neutral ones, say) are left out and counted.
    """
    from trainer.evaluation import evaluate as measured  # noqa: PLC0415 - scikit-learn is slow
    from trainer.versions import open_version  # noqa: PLC0415

    if positive == negative:
        raise DataError(
            f"expected two labels, got {positive!r} as both; name both: --positive, --negative."
        )
    settings = load_settings(TrainerSettings)
    layout = TableFormat(encoding, columns, delimiter)
    tweets, skipped = _labelled(
        file, layout, (text_column, label_column), {negative: 1, positive: 0}
    )
    found: list[Evaluation] = []
    for model in models or ("",):
        scorer = open_version(settings, model)
        name = f"{scorer.card.candidate} v{scorer.model.version}"
        found.append(measured(scorer, tweets, name)[0])
    if as_json:
        shown = [{"skipped": skipped, **one.model_dump()} for one in found]
        click.echo(json.dumps(shown[0] if len(shown) == 1 else shown, indent=1))
    else:
        _print(found, f"{file.name}: {len(tweets):,} rows, {skipped:,} of other labels left out")


def _labelled(
    file: Path, layout: TableFormat, names: tuple[str, str], labels: dict[str, int]
) -> tuple[Tweets, int]:
    """The rows of the two labels, and how many had another one.

    Raises:
        DataError: no row has one of them.
    """
    texts, found, rows = [], [], 0
    others: set[str] = set()
    for row in read_rows(file, layout):
        rows += 1
        text, label = (column(row, name, file) for name in names)
        if label.strip() in labels:
            texts.append(text)
            found.append(labels[label.strip()])
        elif len(others) < 10:
            others.add(label)
    if not texts:
        raise DataError(
            f"{file}: expected {' or '.join(labels)} in the column {names[1]}, got "
            f"{', '.join(sorted(others)) or 'no row'}; name them with --positive and --negative."
        )
    return Tweets(texts, np.array(found, np.int8)), rows - len(texts)


def _print(found: "list[Evaluation]", title: str) -> None:
    from trainer import leaderboard as tables  # noqa: PLC0415

    console = Console()
    for make in (tables.slices_table, tables.behaviour_table, tables.confusion_table):
        console.print(make(found))
    console.print(tables.leaderboard(found, title))
