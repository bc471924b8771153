"""Three panels: speed end to end, CPU of the plumbing, latency."""

from pathlib import Path
from typing import Any

from bench.sides import NAMED
from bench.spread import by_load, spread

_OURS, _OTHERS, _PALE = "#c2410c", "#475569", "#cbd5e1"


def draw(found: dict[str, Any], path: Path) -> None:
    """A picture of the measured parts; none if none of the three was measured."""
    panels = [
        (paint, found[part])
        for part, paint in (("endtoend", _speed), ("plumbing", _cpu), ("latency", _latency))
        if part in found
    ]
    if not panels:
        return
    from matplotlib.figure import Figure  # noqa: PLC0415 - takes a second

    figure = Figure(figsize=(6 * len(panels), 4.2), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for axis, (paint, part) in zip(axes, panels, strict=True):
        paint(axis, part)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=120)


def _bars(axis: Any, names: list[str], values: list[list[float]], title: str) -> None:
    spreads = [spread(some) for some in values]
    middles = [one.median for one in spreads]
    errors = [
        [one.median - one.least for one in spreads],
        [one.most - one.median for one in spreads],
    ]
    colours = [_OURS if name.startswith("badbuzz") else _OTHERS for name in names]
    axis.barh(names, middles, xerr=errors, color=colours, ecolor=_PALE, capsize=3)
    for name, middle in zip(names, middles, strict=True):
        label = f" {middle:,.0f}" if middle >= 100 else f" {middle:.1f}"
        axis.text(middle, name, label, va="bottom", ha="left", fontsize=8)
    axis.invert_yaxis()
    axis.set_title(title)


def _values(part: dict[str, Any], mode: str, figure: str) -> dict[str, list[float]]:
    found = {
        side.title: [
            run[figure] for run in part["runs"] if run["side"] == side.name and run["mode"] == mode
        ]
        for side in NAMED
    }
    return {title: some for title, some in found.items() if some}


def _speed(axis: Any, part: dict[str, Any]) -> None:
    rates = {"limit: Scorer alone": [one["in_turn"]["rate"] for one in part["limits"]]}
    rates |= _values(part, "score", "rate")
    _bars(axis, list(rates), list(rates.values()), "tweets/s, end to end")


def _cpu(axis: Any, part: dict[str, Any]) -> None:
    costs = {
        f"{title}, {what}": some
        for mode, what in (("pass", "transport"), ("contract", "contract"))
        for title, some in _values(part, mode, "cpu").items()
    }
    _bars(axis, list(costs), list(costs.values()), "CPU without a model, us a message")
    axis.set_xscale("log")


def _latency(axis: Any, part: dict[str, Any]) -> None:
    loads = by_load(part["rows"])
    names = [f"{side}, {share:.0%}" for side, share in loads]
    for figure, colour in (("p99_ms", _PALE), ("p95_ms", _OTHERS), ("p50_ms", _OURS)):
        values = [spread(row[figure] for row in rows).median for rows in loads.values()]
        axis.barh(names, values, color=colour, label=figure[:3])
    axis.invert_yaxis()
    axis.legend()
    axis.set_title("latency, ms, by share of capacity")
