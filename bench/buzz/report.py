"""What the detectors made of the streams: as figures, as tables, as files."""

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.markdown import Markdown

from bench.buzz.causes import causes_named
from bench.buzz.leave_out import Chosen
from bench.buzz.picture import draw_streams, draw_summary
from bench.buzz.run import Result, Results
from bench.buzz.stream import Kind

KINDS: tuple[Kind, Kind] = ("texts", "counts")
_TITLES = {"texts": "Streams of texts", "counts": "Series of counts"}


def summarise(found: Chosen, model: str, grid: Results | None = None) -> dict[str, Any]:
    """All figures, ready for JSON.

    Args:
        found: by detector and stream, the setting chosen and its result.
        model: whose scores the texts bear.
        grid: what each setting of badbuzz made of all streams, if several were run.
    """
    return {
        "model": model,
        "grid": {str(setting): _by_kind(results) for setting, results in (grid or {}).items()},
        "detectors": {
            name: {
                "all": _by_kind([result for _, result in by_stream.values()]),
                "streams": {
                    stream: {"setting": str(setting), **_row(result)}
                    for stream, (setting, result) in by_stream.items()
                },
            }
            for name, by_stream in found.items()
        },
    }


def _by_kind(results: Sequence[Result]) -> dict[str, dict[str, Any]]:
    return {
        kind: _total(own)
        for kind in KINDS
        if (own := [result for result in results if result.stream.kind == kind])
    }


def _total(results: Sequence[Result]) -> dict[str, Any]:
    detections = [d for result in results for d in result.notified.detections]
    delays = [d.delay_minutes for d in detections if d.delay_minutes is not None]
    months = sum(result.months for result in results)
    false_alarms = sum(len(result.notified.false_alarms) for result in results)
    shown = sum(len(result.shown.false_alarms) for result in results)
    return {
        "windows": len(detections),
        "found": len(delays),
        "median_delay_min": median(delays) if delays else None,
        "false_alarms": false_alarms,
        "brand_months": round(months, 2),
        "false_alarms_per_brand_month": round(false_alarms / months, 3) if months else None,
        "found_by_any_alarm": sum(result.shown.found for result in results),
        "false_of_any_per_brand_month": round(shown / months, 3) if months else None,
        "cpu_us_per_mention": _cpu(results),
    }


def _cpu(results: Sequence[Result]) -> float:
    mentions = sum(result.stream.mentions for result in results)
    return round(sum(result.cpu_s for result in results) / mentions * 1e6, 2)


def _row(result: Result) -> dict[str, Any]:
    return {
        "kind": result.stream.kind,
        "detections": [
            {
                "start": one.window.start.isoformat(),
                "what": one.window.what,
                "delay_min": one.delay_minutes,
                "delay_of_any_min": other.delay_minutes,
            }
            for one, other in zip(result.notified.detections, result.shown.detections, strict=True)
        ],
        "false_alarms": [at.isoformat() for at in result.notified.false_alarms],
        "false_of_any": len(result.shown.false_alarms),
        "brand_months": round(result.months, 2),
        "cpu_us_per_mention": _cpu([result]),
        "causes": causes_named(result),
    }


def tables(summary: dict[str, Any]) -> str:
    """The tables, as Markdown."""
    parts = []
    for kind in KINDS:
        rows = {
            name: d["all"][kind] for name, d in summary["detectors"].items() if kind in d["all"]
        }
        if rows:
            parts += [f"**{_TITLES[kind]}**", _table(rows), _by_stream(summary, kind)]
    if summary["grid"]:
        parts += ["**Settings of badbuzz, each on all streams**", _grid(summary["grid"])]
    return "\n\n".join(parts) + "\n"


def _table(rows: dict[str, dict[str, Any]]) -> str:
    lines = [
        "| detector | windows found | median delay, min | false alarms a brand-month "
        "| by any alarm: found, false | CPU, us a mention |",
        "|---|---|---|---|---|---|",
    ]
    for name, row in rows.items():
        lines.append(
            f"| {name} | {row['found']} of {row['windows']} | {_minutes(row['median_delay_min'])} "
            f"| {row['false_alarms_per_brand_month']:.2f} ({row['false_alarms']} in "
            f"{row['brand_months']:.1f}) | {row['found_by_any_alarm']}, "
            f"{row['false_of_any_per_brand_month']:.2f} | {row['cpu_us_per_mention']:.1f} |"
        )
    return "\n".join(lines)


def _grid(grid: dict[str, dict[str, dict[str, Any]]]) -> str:
    """Windows found and false alarms a brand-month, a setting a line."""
    kinds = list(next(iter(grid.values())))
    lines = [f"| setting | {' | '.join(kinds)} |", "|---" * (len(kinds) + 1) + "|"]
    for setting, totals in grid.items():
        cells = [
            f"{total['found']} of {total['windows']}; {total['false_alarms_per_brand_month']:.2f}"
            for total in totals.values()
        ]
        lines.append(f"| {setting} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _by_stream(summary: dict[str, Any], kind: Kind) -> str:
    """Delay of each window, and false alarms, a stream a line and a detector a column."""
    columns = [name for name, d in summary["detectors"].items() if kind in d["all"]]
    streams = [
        stream
        for stream, row in summary["detectors"][columns[0]]["streams"].items()
        if row["kind"] == kind
    ]
    lines = [f"| stream | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for stream in streams:
        cells = [_cell(summary["detectors"][name]["streams"][stream]) for name in columns]
        lines.append(f"| {stream} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(row: dict[str, Any]) -> str:
    delays = [_minutes(one["delay_min"]) for one in row["detections"]]
    return f"{' '.join(delays) or 'control'}; {len(row['false_alarms'])} false"


def _minutes(minutes: float | None) -> str:
    return "-" if minutes is None else f"{minutes:.0f}"


def show(summary: dict[str, Any]) -> None:
    """Print the tables."""
    Console().print(Markdown(tables(summary)))


def write(summary: dict[str, Any], found: Chosen, out: Path) -> None:
    """The figures, tables and pictures as files of a folder."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "buzz.json").write_text(json.dumps(summary, indent=1))
    (out / "buzz.md").write_text(tables(summary))
    draw_summary(summary, out / "buzz.png")
    draw_streams(found, out / "buzz-streams.png")
