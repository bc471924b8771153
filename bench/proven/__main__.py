"""`python -m bench.proven`: whether the proven mode keeps its promise, and what it costs in time.

By counts, without data: calm weeks of five kinds of normal behaviour and of one outside of the
declared class; then bursts that triple the negatives, by the proven and the estimated mode.
"""

import json
from pathlib import Path
from statistics import median
from typing import Any

import click

from bench.proven.bursts import LEAST, Burst, bursts
from bench.proven.calm import Found, false_alarms
from bench.proven.normal import KINDS, LEVELS, OUTSIDE, counts
from stream.buzz.options import HOUR, WEEK, BuzzOptions

_WARMUP_WEEKS = 2


@click.command()
@click.option("--brands", default=25, show_default=True, help="Of each kind.")
@click.option("--weeks", default=20, show_default=True, help="Of each brand, after the warm-up.")
@click.option("--moments", default=40, show_default=True, help="Bursts at each level of traffic.")
@click.option("--seed", default=1, show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path))
def main(*, brands: int, weeks: int, moments: int, seed: int, out: Path | None) -> None:
    """Calm weeks and bursts."""
    options = BuzzOptions(method="e-detector")
    report: dict[str, Any] = {
        "declared_hours_between": options.steps_between / HOUR,
        "drift": options.drift,
        "calm": {},
    }
    inside = Found(0.0, 0, 0.0)
    for number, kind in enumerate(KINDS):
        traffic = [
            counts(kind, LEVELS[brand % len(LEVELS)], (_WARMUP_WEEKS + weeks) * WEEK,
                   [seed, number, brand])
            for brand in range(brands)
        ]  # fmt: skip
        found = false_alarms(traffic, _WARMUP_WEEKS * WEEK, options)
        report["calm"][kind] = _calm(found)
        click.echo(f"{kind}: {report['calm'][kind]}", err=True)
        if kind not in OUTSIDE:
            inside = Found(inside.weeks + found.weeks, inside.alarms + found.alarms, 0.0)
    report["calm"]["all normal kinds"] = _calm(inside)
    if moments:
        report["bursts"] = compare([one for one in bursts(moments, seed) if one.expected >= LEAST])
    click.echo(json.dumps(report, indent=1))
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / "proven.json").write_text(json.dumps(report, indent=1) + "\n")


def _calm(found: Found) -> dict[str, float]:
    return {
        "brand_weeks": round(found.weeks),
        "false_alarms": found.alarms,
        "hours_between_at_least": round(found.hours_between),
        "minutes_outside_of_the_class": round(found.outside, 4),
    }


def compare(found: list[Burst]) -> dict[str, Any]:
    """Parts of the bursts that each mode finds within an hour, and the median delays of all.

    A burst that was not found counts as one found after all others.
    """
    report: dict[str, Any] = {"bursts": len(found)}
    for name in ("tail", "e-detector"):
        delays = [one.delays[name] for one in found]
        report[name] = {
            "found": round(sum(delay is not None for delay in delays) / len(found), 3),
            "median_delay_minutes": median(float("inf") if d is None else d for d in delays),
        }
    medians = [report[name]["median_delay_minutes"] for name in ("e-detector", "tail")]
    report["delay_ratio"] = round(medians[0] / medians[1], 2)
    return report


if __name__ == "__main__":
    main()
