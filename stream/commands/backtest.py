"""`badbuzz backtest`: what the detector would have said of a history."""

from collections.abc import Sequence
from datetime import UTC
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, get_args

import click
import orjson

from sentiment.printable import printable_json
from sentiment.reading.options import tweet_file_options
from sentiment.reading.table_format import TableFormat
from sentiment.reading.tables import OpenTable, Row, open_table, read_rows
from sentiment.reading.tweet_columns import TweetColumns, usual_column
from sentiment.settings import Settings, load_settings
from stream.backtest.counts import HistoryError, read_counts
from stream.backtest.labels import Window, read_labels, score
from stream.backtest.output import as_json_object, show
from stream.backtest.picture import Panel, draw, panel_of_counts, panels_of_tweets
from stream.backtest.rescore import open_model, rescored
from stream.backtest.run import Report, run_counts, run_scored
from stream.backtest.scored import by_time, read_scored
from stream.buzz.options import BuzzOptions, MethodName

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--labels", type=_FILE,
              help="Windows, {file name: [[start, end], ...]}: report detections.")  # fmt: skip
@click.option("--picture", type=click.Path(dir_okay=False, path_type=Path),
              help="Draw counts, alarms and windows into this file.")  # fmt: skip
@click.option("--false-alarms-per-week", type=click.FloatRange(min=0, min_open=True),
              default=BuzzOptions.false_alarms_per_week, show_default=True,
              help="The knob: how many false alerts a brand's team puts up with.")  # fmt: skip
@click.option("--method", type=click.Choice(get_args(MethodName)), default="tail",
              show_default=True, help="How surprise is measured.")  # fmt: skip
@click.option("--drift", type=click.FloatRange(min=1), default=BuzzOptions.drift,
              show_default=True, help="E-detector: how many times the negatives that were learned "
              "still count as normal.")  # fmt: skip
@click.option("--model", default="",
              help="Score the tweets by this version, alias or artefact folder: what it would "
              "have told you.")  # fmt: skip
@tweet_file_options
def backtest(
    *, file: Path, as_json: bool, labels: Path | None, picture: Path | None,
    false_alarms_per_week: float, method: MethodName, drift: float, model: str,
    text_column: str | None, time_column: str | None, brand_column: str | None, **written: Any,
) -> None:  # fmt: skip
    """Run the bad-buzz detector over FILE and report every alarm.

    FILE has the columns timestamp,value (mentions of each interval) and optionally negative, or
    tweets with their times: scored ones as on tweets.scored or brand.mentions, or any with --model.
    CSV, JSON Lines, JSON; .gz, .zip; in any order.
    """
    options = BuzzOptions(false_alarms_per_week=false_alarms_per_week, method=method, drift=drift)
    windows = read_labels(labels, file) if labels else []
    columns = TweetColumns(text_column, time_column, brand_column)
    history = _run(file, written, columns, options, model)
    report = history.report
    if picture:
        draw(picture, _with_alarms(history.panels, report, windows))
    result = (
        score([alarm.at for alarm in report.alarms], windows, report.first, report.last)
        if labels
        else None
    )
    if as_json:
        found = orjson.dumps(as_json_object(report, result), option=orjson.OPT_INDENT_2)
        click.echo(printable_json(found.decode()))
    else:
        show(report, result, history.scored_by)


class _History(NamedTuple):
    report: Report
    panels: dict[str, Panel]
    scored_by: str | None


def _run(
    file: Path, written: dict[str, Any], columns: TweetColumns, options: BuzzOptions, model: str
) -> _History:
    with open_table(file, TableFormat(**written), columns.text or "text") as table:
        rows = read_rows(table)
        first = next(rows, None)
        whole = chain([first] if first is not None else [], rows)
        if _holds_counts(table, first, columns):
            counts = read_counts(file, whole, columns.time)
            return _History(run_counts(counts, options), {"": panel_of_counts(counts)}, "counts")
        tweets = by_time(read_scored(file, whole, columns))
    scored_by = None
    if model:
        scorer = open_model(model, load_settings(Settings))
        tweets = list(rescored(tweets, scorer))
        scored_by = f"{scorer.model.name} {scorer.model.version}"
    elif any(one.sighting.p_negative is not None for one in tweets):
        scored_by = "the file"
    sightings = [(one.brand, one.sighting) for one in tweets]
    report = run_scored(sightings, options)
    if report is None:
        raise HistoryError(f"{file}: expected at least one tweet, got an empty file.")
    return _History(report, panels_of_tweets(sightings), scored_by)


def _with_alarms(
    panels: dict[str, Panel], report: Report, windows: Sequence[Window]
) -> list[Panel]:
    for brand, panel in panels.items():
        panel.windows = windows
        panel.alarms = [
            (alarm.at if alarm.at.tzinfo else alarm.at.replace(tzinfo=UTC), alarm.alert.notifies)
            for alarm in report.alarms
            if brand in ("", alarm.alert.brand)
        ]
    return list(panels.values())


def _holds_counts(table: OpenTable, first: Row | None, columns: TweetColumns) -> bool:
    """Whether rows are counts of mentions, not tweets."""
    names = [str(name) for name in table.header or first or ()]
    if columns.text or usual_column("text", names):
        return False
    return table.header is not None or "value" in map(str.lower, names)
