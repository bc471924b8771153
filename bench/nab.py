"""`python -m bench.nab`: tweet volumes of the Numenta Anomaly Benchmark, one setting for all.

Needs NAB_ZIP: the path of a zip of `Twitter_volume_*.csv` and `windows.json`. Alarms within an hour
count as one; those in the first 15 % of a series are not held against a method; a window counts as
found wherever it lies. Every method runs at its own setting and, for comparison, at the setting
that finds most windows at no more than 0.5 false alarms a series-week. Stability: the knob turned,
each series left out, and the same series thinned and started later.
"""

import json
import os
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import numpy as np
from matplotlib.figure import Figure
from rich.console import Console
from rich.progress import track
from rich.table import Table

from stream.backtest.counts import Count, read_counts
from stream.backtest.labels import Window, read_labels, score
from stream.backtest.run import run_counts
from stream.buzz.options import BuzzOptions, MethodName

_KNOBS = (0.05, 0.1, 0.15, 0.2, 0.3)
_LIMITS: dict[MethodName, tuple[float, ...]] = {
    "fixed": (2.0, 2.5, 3.0, 4.0),
    "mean-sd": (2.0, 4.0, 6.0, 8.0),
    "ewma": (3.0, 6.0, 12.0, 20.0),
}
_ALLOWED = 0.5


@dataclass(frozen=True)
class Series:
    """A company's counts and labelled windows."""

    name: str
    counts: list[Count]
    windows: list[Window]


@dataclass(frozen=True)
class Result:
    """What one setting made of one series."""

    found: int
    windows: int
    false_alarms: int
    weeks: float


def read_series(path: Path) -> list[Series]:
    """The series of the zip."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
        files = sorted(Path(folder).glob("**/*.csv"))
        labels = next(Path(folder).glob("**/windows.json"))
        return [Series(file.stem, read_counts(file), read_labels(labels, file)) for file in files]


def run(series: Series, options: BuzzOptions) -> Result:
    """One series under one setting."""
    report = run_counts(series.counts, options)
    alarms = [alarm.at for alarm in report.alarms]
    scored = score(alarms, series.windows, report.first, report.last)
    return Result(scored.found, len(series.windows), len(scored.false_alarms), scored.weeks)


def total(results: Sequence[Result]) -> dict[str, Any]:
    """Windows found of all, and false alarms a series-week."""
    weeks = sum(result.weeks for result in results)
    return {
        "found": sum(result.found for result in results),
        "windows": sum(result.windows for result in results),
        "false_alarms_per_series_week": round(sum(r.false_alarms for r in results) / weeks, 3),
    }


def settings() -> dict[str, BuzzOptions]:
    """Every setting that is tried, by name."""
    tails = {f"tail knob {knob}": BuzzOptions(false_alarms_per_week=knob) for knob in _KNOBS}
    simple = {
        f"{method} limit {limit:g}": BuzzOptions(method=method, limit=limit)
        for method, limits in _LIMITS.items()
        for limit in limits
    }
    return tails | simple


def thinned(series: Series, part: float, seed: int) -> Series:
    """The same history of a smaller brand: each mention kept with the same chance."""
    rng = np.random.default_rng(seed)
    counts = [replace(c, value=int(rng.binomial(c.value, part))) for c in series.counts]
    return Series(f"{series.name} x {part}", counts, series.windows)


def later(series: Series, days: int) -> Series:
    """The same history, begun later; windows of its first three days are left out."""
    counts = series.counts[days * 288 :]
    first = _utc(counts[3 * 288].at)
    return Series(f"{series.name} + {days} d", counts, [w for w in series.windows if w[0] > first])


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def best_allowed(by_setting: dict[str, list[Result]], method: str) -> str:
    """The setting of a method that finds most at the allowed false alarms, the fewest first."""
    totals = {name: total(results) for name, results in by_setting.items() if method in name}
    allowed = {n: t for n, t in totals.items() if t["false_alarms_per_series_week"] <= _ALLOWED}
    return max(
        allowed or totals,
        key=lambda name: (totals[name]["found"], -totals[name]["false_alarms_per_series_week"]),
    )


def left_out(by_setting: dict[str, list[Result]], names: list[str]) -> dict[str, Any]:
    """For each series: the knob that is best on the others, and what it makes of this one."""
    found = {}
    for place, name in enumerate(names):
        others = {n: [*rs[:place], *rs[place + 1 :]] for n, rs in by_setting.items()}
        chosen = best_allowed(others, "tail")
        found[name] = {"setting": chosen, **total([by_setting[chosen][place]])}
    return found


def stability(all_series: list[Series]) -> dict[str, Any]:
    """The default on the same series, thinned and begun later."""
    changed = {
        "half of the mentions": [thinned(series, 0.5, 1) for series in all_series],
        "a fifth of the mentions": [thinned(series, 0.2, 2) for series in all_series],
        "begun 3 days later": [later(series, 3) for series in all_series],
        "begun 7 days later": [later(series, 7) for series in all_series],
    }
    return {
        name: total([run(series, BuzzOptions()) for series in track(kept, name)])
        for name, kept in changed.items()
    }


def show(summary: dict[str, Any]) -> None:
    """Print the summary."""
    console = Console()
    table = Table("setting", "found", "windows", "false alarms / series-week")
    for name, row in summary["settings"].items():
        table.add_row(name, *(str(value) for value in row.values()))
    console.print(table)
    for name in ("default", "series", "left_out", "stability", "at_allowed_false_alarms"):
        console.print(name, summary[name])


def draw(summary: dict[str, Any], path: Path) -> None:
    """Windows found against false alarms, a line for each method."""
    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.subplots()
    for method in ("tail", *_LIMITS):
        rows = [row for name, row in summary["settings"].items() if name.startswith(method)]
        axes.plot(
            [row["false_alarms_per_series_week"] for row in rows],
            [row["found"] for row in rows],
            marker="o",
            label=method,
        )
    axes.axvline(_ALLOWED, linestyle=":", color="grey")
    axes.set_xlabel("false alarms a series-week")
    axes.set_ylabel(f"windows found of {summary['default']['windows']}")
    axes.legend()
    figure.savefig(path, dpi=110)


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path))
def main(*, out: Path | None) -> None:
    """Tweet volumes of the Numenta Anomaly Benchmark."""
    all_series = read_series(Path(os.environ["NAB_ZIP"]))
    names = [series.name for series in all_series]
    by_setting = {
        name: [run(series, options) for series in all_series]
        for name, options in track(settings().items(), "settings")
    }
    default = [run(series, BuzzOptions()) for series in all_series]
    best = {method: best_allowed(by_setting, method) for method in ("tail", *_LIMITS)}
    summary = {
        "default": total(default),
        "series": {n: total([result]) for n, result in zip(names, default, strict=True)},
        "settings": {name: total(results) for name, results in by_setting.items()},
        "at_allowed_false_alarms": {b: total(by_setting[b]) for b in best.values()},
        "left_out": left_out(by_setting, names),
        "stability": stability(all_series),
    }
    show(summary)
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / "nab.json").write_text(json.dumps(summary, indent=1))
        draw(summary, out / "nab.png")


if __name__ == "__main__":
    main()
