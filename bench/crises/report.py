"""The outcomes as tables, JSON and a picture."""

from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table
from scipy.stats import binomtest

from bench.crises.simulate import BAR_SIZE, Outcome

_BINS = ((0, 5), (5, 15), (15, 25), (25, 50), (50, 10**9))
_BAR = (BAR_SIZE, 15, 10)
"""Size, negatives expected in 10 minutes, and minutes within which such bursts are to be found."""
_RISE = 30
"""Minutes until a ramp has its size."""
METHODS = ("tail", "ewma", "mean-sd", "fixed", "oracle", "oracle 9 min")
_DECOYS = ("calm", "praise", "copies", "near copies")


def summarise(outcomes: list[Outcome], false_alarms: Counter[str], months: float) -> dict[str, Any]:
    """Recall and delay by method, shape, size and traffic; decoys; false alarms a month."""
    ran = [method for method in METHODS if any(o.method == method for o in outcomes)]
    rows = [
        _row(method, shape, size, bounds, outcomes)
        for bounds in _BINS
        for shape in ("step", "ramp", "storm")
        for size in sorted({outcome.size for outcome in outcomes if outcome.name == "crisis"})
        for method in ran
    ]
    decoys = {
        name: {
            method: f"{sum(o.delay is not None for o in own)} of {len(own)}"
            for method in METHODS
            if (own := [o for o in outcomes if o.name == name and o.method == method])
        }
        for name in _DECOYS
    }
    named = [o.cause_named for o in outcomes
             if o.method == "tail" and o.name == "crisis" and o.delay is not None]  # fmt: skip
    return {
        "brand_months": round(months, 1),
        "false_alarms_per_brand_month": {
            method: round(false_alarms[method] / months, 3) for method in ran
        },
        "decoys_raised": decoys,
        "bar": _bar(outcomes),
        "cause_among_first_five_words": f"{sum(map(bool, named))} of {len(named)}",
        "crises": [row for row in rows if row["bursts"]],
    }


def _bar(outcomes: list[Outcome]) -> dict[str, dict[str, str]]:
    """Of bursts that triple the negatives where 15 or more are expected, those found in time.

    A ramp's time counts from when it has tripled them. With a 95 % interval (Wilson 1927).
    """
    size, least, minutes = _BAR
    found: dict[str, dict[str, str]] = {}
    for shape in ("step", "ramp", "storm"):
        late = minutes + (_RISE if shape == "ramp" else 0)
        for method in METHODS:
            own = [
                o.delay is not None and o.delay <= late for o in outcomes
                if (o.name, o.method, o.shape, o.size) == ("crisis", method, shape, size)
                and o.expected >= least
            ]  # fmt: skip
            if own:
                interval = binomtest(sum(own), len(own)).proportion_ci(0.95, "wilson")
                found.setdefault(shape, {})[method] = (
                    f"{sum(own)} of {len(own)}: {sum(own) / len(own):.1%} "
                    f"({interval.low:.1%} to {interval.high:.1%})"
                )
    return found


def _row(
    method: str, shape: str, size: float, bounds: tuple[int, int], outcomes: list[Outcome]
) -> dict[str, Any]:
    own = [
        o for o in outcomes
        if o.name == "crisis" and (o.method, o.shape, o.size) == (method, shape, size)
        and bounds[0] <= o.expected < bounds[1]
    ]  # fmt: skip
    delays = [o.delay for o in own if o.delay is not None]
    return {
        "method": method,
        "shape": shape,
        "size": size,
        "negatives_in_10_min": _name(bounds),
        "bursts": len(own),
        "found_10_min": sum(delay <= 10 for delay in delays),
        "found_60_min": len(delays),
        "median_delay_min": median(delays) if delays else None,
    }


def _name(bounds: tuple[int, int]) -> str:
    return f"{bounds[0]} or more" if bounds[1] == _BINS[-1][1] else f"{bounds[0]} to {bounds[1]}"


def show(summary: dict[str, Any]) -> None:
    """Print the summary."""
    console = Console()
    rows = summary["crises"]
    ran = list(dict.fromkeys(row["method"] for row in rows))
    table = Table("negatives / 10 min", "shape", "size", "bursts", *ran,
                  title="found within 10 min, within 60 min, median delay in minutes")  # fmt: skip
    for place in range(0, len(rows), len(ran)):
        group = rows[place : place + len(ran)]
        table.add_row(
            group[0]["negatives_in_10_min"], group[0]["shape"], f"{group[0]['size']:g}",
            str(group[0]["bursts"]), *(_cell(row) for row in group),
        )  # fmt: skip
    console.print(table)
    console.print(_side_by_side(summary))
    for name, value in summary.items():
        if name != "crises":
            console.print(f"{name}: {value}")


def _side_by_side(summary: dict[str, Any]) -> Table:
    """Method by method at the same knob: false alarms, bursts found in time, decoys raised."""
    size, least, minutes = _BAR
    bar, decoys = summary["bar"], summary["decoys_raised"]
    table = Table("method", "false alarms / brand-month", *bar, *_DECOYS,
                  title=f"{least} or more negatives / 10 min, {size:g} times as many: found within "
                        f"{minutes} min; decoys that raised a negative alert")  # fmt: skip
    for method in METHODS:
        if any(method in by_method for by_method in bar.values()):
            table.add_row(
                method,
                str(summary["false_alarms_per_brand_month"].get(method, "")),
                *(by_method.get(method, "") for by_method in bar.values()),
                *(decoys[name].get(method, "") for name in _DECOYS),
            )
    return table


def _cell(row: dict[str, Any]) -> str:
    if not row["bursts"]:
        return ""
    delay = "-" if row["median_delay_min"] is None else f"{row['median_delay_min']:.0f}"
    return (f"{row['found_10_min'] / row['bursts']:.0%} {row['found_60_min'] / row['bursts']:.0%} "
            f"{delay}")  # fmt: skip


def draw(summary: dict[str, Any], path: Path) -> None:
    """Recall within ten minutes of steps, by traffic, one panel for each size."""
    rows = [row for row in summary["crises"] if row["shape"] == "step"]
    sizes = sorted({row["size"] for row in rows})
    figure = Figure(figsize=(4.5 * len(sizes), 4), layout="constrained")
    panels = figure.subplots(1, len(sizes), sharey=True, squeeze=False)[0]
    for axes, size in zip(panels, sizes, strict=True):
        for method in METHODS:
            own = [row for row in rows if row["size"] == size and row["method"] == method]
            axes.plot(
                [row["negatives_in_10_min"] for row in own],
                [row["found_10_min"] / row["bursts"] for row in own],
                marker="o", label=method,
            )  # fmt: skip
        axes.set_title(f"step, {size:g} times the negatives")
        axes.set_xlabel("negatives normally in 10 minutes")
        axes.set_ylim(0, 1.02)
    panels[0].set_ylabel("found within 10 minutes (simulated)")
    panels[-1].legend()
    figure.savefig(path, dpi=110)
