"""`python -m bench.crises`: every method on the same simulated crises, beside an oracle.

Needs SENTIMENT140_URL (file:// works). With --model FOLDER the texts are scored by that artefact;
without, labels flipped at an error rate stand in for a model, and the report says so.
"""

import json
import os
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from bench.crises.lanes import SIMPLE
from bench.crises.pool import load_pool
from bench.crises.report import draw, show, summarise
from bench.crises.simulate import LEVELS, WARMUP, Outcome, evaluate, tune
from bench.crises.traffic import WEEK
from stream.buzz.options import BuzzOptions


@click.command()
@click.option("--model", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--error-rate", default=0.15, show_default=True, help="Of the stand-in.")
@click.option("--weeks", default=5, show_default=True, help="Of traffic; the first is warm-up.")
@click.option("--seeds", default=4, show_default=True, help="For each level of traffic.")
@click.option("--moments", default=24, show_default=True, help="Bursts of each sort a seed.")
@click.option("--part", type=click.Choice(["tune", "eval"]), default="eval", show_default=True,
              help="Seeds that were looked at while choosing figures, or fresh ones.")  # fmt: skip
@click.option("--topics", default=0.0, show_default=True,
              help="Part of the hours in which calm negatives have a topic.")  # fmt: skip
@click.option("--alone", is_flag=True, help="Without the simple methods: a quarter of the time.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path))
def main(
    *, model: Path | None, error_rate: float, weeks: int, seeds: int, moments: int, part: str,
    topics: float, alone: bool, out: Path | None,
) -> None:  # fmt: skip
    """Simulated crises."""
    pool = load_pool(os.environ["SENTIMENT140_URL"], model, error_rate)
    knob = BuzzOptions().false_alarms_per_week
    limits = tune(pool, [100 + seed for seed in range(max(seeds // 2, 1))], weeks, knob,
                  () if alone else SIMPLE)  # fmt: skip
    first = 200 if part == "tune" else 6_000
    runs = [(level, first + seed) for level in LEVELS for seed in range(seeds)]
    outcomes: list[Outcome] = []
    false_alarms: Counter[str] = Counter()
    for level, seed in track(runs, "simulating", console=Console(stderr=True)):
        for found in evaluate(
            pool=pool,
            level=level,
            seed=seed,
            weeks=weeks,
            limits=limits,
            knob=knob,
            moments=moments,
            topics=topics,
        ):
            if isinstance(found, Outcome):
                outcomes.append(found)
            else:
                false_alarms[found[0]] += int(found[1])
    months = len(runs) * (weeks - WARMUP / WEEK) / (365.25 / 12 / 7)
    summary = summarise(outcomes, false_alarms, months)
    summary |= {
        "scorer": pool.version,
        "rates": asdict(pool.rates),
        "limits": limits,
        "part": part,
        "topics": topics,
    }
    show(summary)
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / "crises.json").write_text(json.dumps(summary, indent=1))
        draw(summary, out / "crises.png")


if __name__ == "__main__":
    main()
