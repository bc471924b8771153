"""Two pictures: windows found against false alarms, and each stream with windows and alarms."""

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.buzz.leave_out import ALLOWED, Chosen
from bench.buzz.run import Result
from bench.buzz.stream import Kind
from stream.backtest.picture import Panel, draw

_TITLES: dict[Kind, str] = {"texts": "streams of texts", "counts": "series of counts"}
_OURS, _OTHERS, _QUIET = "#c2410c", "#475569", "#94a3b8"


def draw_summary(summary: dict[str, Any], path: Path) -> None:
    """A panel for each kind of stream, a point for each detector."""
    detectors = summary["detectors"]
    kinds = [kind for kind in _TITLES if any(kind in d["all"] for d in detectors.values())]
    figure = Figure(figsize=(6.5 * len(kinds), 4.5), layout="constrained")
    for axes, kind in zip(figure.subplots(1, len(kinds), squeeze=False)[0], kinds, strict=True):
        rows = {name: d["all"][kind] for name, d in detectors.items() if kind in d["all"]}
        places = {
            name: (row["found"], row["false_alarms_per_brand_month"]) for name, row in rows.items()
        }
        _points(axes, places)
        axes.axvline(ALLOWED[kind], linestyle=":", color=_QUIET)
        axes.set_xlim(left=0)
        axes.margins(x=0.35, y=0.15)
        axes.set_title(f"{_TITLES[kind]}; dotted: allowed where settings are chosen", fontsize=10)
        axes.set_xlabel("false alarms a brand-month")
        axes.set_ylabel(f"windows found of {next(iter(rows.values()))['windows']}")
    figure.savefig(path, dpi=110)


def _points(axes: Axes, places: dict[str, tuple[int, float]]) -> None:
    """A point with its name for each detector; names of one height stand above and below."""
    number_of: dict[int, int] = {}
    for name, (found, false_alarms) in sorted(places.items(), key=lambda one: one[1]):
        number = number_of[found] = number_of.get(found, -1) + 1
        below, colour = number % 2, _OURS if name.startswith("badbuzz") else _OTHERS
        axes.plot(false_alarms, found, "o", color=colour)
        axes.annotate(
            name, (false_alarms, found), textcoords="offset points", fontsize=8, color=colour,
            xytext=(6, -12 if below else 5),
        )  # fmt: skip


def draw_streams(found: Chosen, path: Path) -> None:
    """A panel for each stream of texts, or of counts where there are no others."""
    results = [result for _, result in next(iter(found.values())).values()]
    texts = [result for result in results if result.stream.kind == "texts"]
    draw(path, [_panel(result) for result in texts or results], f"{next(iter(found))}: ")


def _panel(result: Result) -> Panel:
    stream = result.stream
    alarms = [(one.at, one.alarm.notifies) for one in result.raised]
    panel = Panel(stream.name, 60, {}, alarms, stream.windows, stream.ambiguous)
    for step in stream.busy:
        negative = sum((mention.p_negative or 0.0) > 0.5 for mention in step.mentions)
        panel.add(step.minute, step.count, negative)
    return panel
