"""End to end: every side over the same backlog with the same Scorer, beside the limit."""

import json
import subprocess
import sys
from typing import Any

from rich.console import Console

from bench.backlog import BATCH, Bench
from bench.peers.job import Mode
from bench.settings import FOLDER
from bench.sides import chosen
from sentiment.errors import BadbuzzError

_WITHOUT_MODEL: tuple[Mode, ...] = ("pass", "contract")


def run_sides(bench: Bench, mode: Mode, number: int, console: Console) -> list[dict[str, Any]]:
    """One round of all sides. A side that fails is left out of it, loudly."""
    runs = []
    for side in chosen(bench.settings, mode):
        count = bench.settings.slow_messages if side.slow else bench.settings.messages
        try:
            run = bench.run(side, mode, count)
        except BadbuzzError as error:
            console.print(f"[red]{side.name}: {error}")
            continue
        console.print(
            f"round {number + 1} {side.name} {mode}: {run.rate:,.0f}/s, {run.cpu:.1f} us, "
            f"Scorer's share {run.scorer_share:.2f}, broker {run.broker_cpu:.1f} us, "
            f"missing {run.missing}, twice {run.twice}"
        )
        runs.append({"round": number, **run.as_json()})
    return runs


def end_to_end(bench: Bench, console: Console) -> dict[str, Any]:
    """The limit and all sides, in turns."""
    limits, runs = [], []
    for number in range(bench.settings.rounds):
        limits.append(limit(bench))
        console.print(f"round {number + 1} limit: {limits[-1]}")
        runs += run_sides(bench, "score", number, console)
    return {"limits": limits, "runs": runs}


def limit(bench: Bench) -> dict[str, dict[str, float]]:
    """The Scorer alone, in a process of its own."""
    settings = bench.settings
    sizes = (str(number) for number in (settings.messages, BATCH, settings.threads))
    done = subprocess.run(
        [sys.executable, "-m", "bench.limit", str(bench.artefact.resolve()),
         str(settings.sentiment140_csv.resolve()), *sizes],
        check=True, capture_output=True, cwd=FOLDER.parent,
    )  # fmt: skip
    figures: dict[str, dict[str, float]] = json.loads(done.stdout)
    return figures


def plumbing(bench: Bench, console: Console) -> dict[str, Any]:
    """The same without a model: what transport and contract cost."""
    runs = []
    for number in range(bench.settings.rounds):
        for mode in _WITHOUT_MODEL:
            runs += run_sides(bench, mode, number, console)
    return {"runs": runs}
