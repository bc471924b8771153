"""Numbers of workers, sizes of the backlog, and memory over time."""

from typing import Any

from rich.console import Console

from bench.backlog import Bench
from bench.sides import SIDES


def scaling(bench: Bench, console: Console) -> dict[str, Any]:
    """badbuzz and the loop by hand with 1, 2, 4 workers; badbuzz alone with ever more to do."""
    settings = bench.settings
    workers = []
    for number in range(settings.rounds):
        for size in settings.workers:
            for side in SIDES[:2]:
                run = bench.run(side, "score", settings.scaling_messages, size, size)
                workers.append({"round": number, **run.as_json()})
                console.print(f"{side.name}, {size} workers: {run.rate:,.0f}/s, "
                              f"{run.memory:.0f} MB, missing {run.missing}")  # fmt: skip
    backlogs = []
    for count in settings.backlogs:
        run = bench.run(SIDES[0], "score", count)
        backlogs.append(run.as_json())
        console.print(f"backlog {count:,}: {run.rate:,.0f}/s, {run.memory:.0f} MB, "
                      f"missing {run.missing}, twice {run.twice}")  # fmt: skip
    return {"workers": workers, "backlogs": backlogs}
