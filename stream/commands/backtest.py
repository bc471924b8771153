"""`badbuzz backtest`: what the detector would have said of a history."""

from pathlib import Path
from statistics import median
from typing import Any, get_args

import click
import orjson
from rich.console import Console
from rich.table import Column, Table

from sentiment.errors import BadbuzzError
from stream.backtest.counts import HistoryError, read_counts
from stream.backtest.labels import Score, Window, read_labels, score
from stream.backtest.picture import draw
from stream.backtest.run import Alarm, Report, run_counts, run_scored
from stream.backtest.scored import read_scored
from stream.buzz.options import BuzzOptions, MethodName

_JSON_LINES = {".jsonl", ".ndjson"}
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
def backtest(
    *, file: Path, as_json: bool, labels: Path | None, picture: Path | None,
    false_alarms_per_week: float, method: MethodName,
) -> None:  # fmt: skip
    """Run the bad-buzz detector over FILE and report every alarm.

    FILE is a CSV with the columns timestamp,value (mentions of each interval) and optionally
    negative, or JSON Lines (.jsonl) of scored tweets as on tweets.scored or brand.mentions.
    """
    options = BuzzOptions(false_alarms_per_week=false_alarms_per_week, method=method)
    windows = read_labels(labels, file) if labels else []
    report = _run(file, options, picture, windows)
    result = (
        score([alarm.at for alarm in report.alarms], windows, report.first, report.last)
        if labels
        else None
    )
    if as_json:
        click.echo(orjson.dumps(_as_json(report, result), option=orjson.OPT_INDENT_2))
    else:
        _print(report, result)


def _run(file: Path, options: BuzzOptions, picture: Path | None, windows: list[Window]) -> Report:
    if file.suffix not in _JSON_LINES:
        counts = read_counts(file)
        report = run_counts(counts, options)
        if picture:
            draw(picture, counts, report, windows)
        return report
    if picture:
        raise BadbuzzError("--picture draws counts: give a CSV of timestamp,value.")
    scored = run_scored(read_scored(file), options)
    if scored is None:
        raise HistoryError(f"{file}: expected at least one scored tweet, got an empty file.")
    return scored


def _as_json(report: Report, result: Score | None) -> dict[str, Any]:
    found: dict[str, Any] = {"alarms": [_alarm_json(alarm) for alarm in report.alarms]}
    if result:
        found |= {
            "windows": len(result.detections),
            "found": result.found,
            "false_alarms": len(result.false_alarms),
            "false_alarms_per_week": round(result.false_alarms_per_week, 3),
            "weeks": round(result.weeks, 3),
            "detections": [
                {
                    "window": [bound.isoformat() for bound in detection.window],
                    "at": detection.at.isoformat() if detection.at else None,
                    "delay_minutes": detection.delay_minutes,
                }
                for detection in result.detections
            ],
        }
    return found


def _alarm_json(alarm: Alarm) -> dict[str, Any]:
    alert = alarm.alert
    return {
        "at": alarm.at.isoformat(),
        "kind": alert.kind,
        "brand": alert.brand,
        "strength": round(alert.strength, 3),
        "volume": alert.volume.model_dump(),
        "share": alert.share and alert.share.model_dump(),
        "words": [word.word for word in alert.words],
    }


def _print(report: Report, result: Score | None) -> None:
    console = Console()
    table = Table(
        Column("at", no_wrap=True),
        "brand",
        "kind",
        "strength",
        "mentions",
        "expected",
        "share",
        "words",
    )
    for alarm in report.alarms:
        alert = alarm.alert
        share = f"{alert.share.now:.0%} ({alert.share.expected:.0%})" if alert.share else ""
        table.add_row(
            alarm.at.isoformat(" ", "minutes"), alert.brand, alert.kind, f"{alert.strength:.2f}",
            f"{alert.volume.now:.0f}", f"{alert.volume.expected:.0f}", share,
            " ".join(word.word for word in alert.words[:5]),
        )  # fmt: skip
    console.print(table)
    console.print(f"{len(report.alarms)} alarms from {report.first} to {report.last}")
    if result:
        delays = [d.delay_minutes for d in result.detections if d.delay_minutes is not None]
        middle = f", median delay {median(delays):.0f} min" if delays else ""
        console.print(
            f"{result.found} of {len(result.detections)} windows found{middle}; "
            f"{len(result.false_alarms)} false alarms, {result.false_alarms_per_week:.2f} a week"
        )
