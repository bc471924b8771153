"""`python -m bench.api --model FOLDER`: badbuzz' API beside MLServer's REST, by wrk.

Both serve the same artefact through the same Scorer; their turns alternate, and a figure is the
median of the rounds. MLServer runs with its own default and without worker processes; it is the
better one that counts. The batch route is compared with the Scorer alone.
"""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from bench.api.load import Result, run_wrk
from bench.api.peer import VERSION, install, mlserver
from bench.api.service import badbuzz_api
from sentiment.sample import sample_tweets
from sentiment.scorer import Scorer

CONNECTIONS = 16
BATCH = 1_000
TEXTS = 2_000
ROUNDS = 3
WARM_UP_SECONDS = 2.0


@click.command()
@click.option(
    "--model", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--seconds", default=10.0, show_default=True, help="Of each turn.")
@click.option(
    "--peer",
    default=Path(".bench/mlserver"),
    show_default=True,
    type=click.Path(path_type=Path),
    help="Where MLServer's environment is, or is made.",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path))
def main(*, model: Path, seconds: float, peer: Path, out: Path | None) -> None:
    """The API beside MLServer."""
    install(peer.absolute())
    with TemporaryDirectory() as temporary:
        report = measure(model, seconds, peer.absolute(), Path(temporary))
    show(report)
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / "api.json").write_text(json.dumps(report, indent=1) + "\n")


def measure(model: Path, seconds: float, peer: Path, folder: Path) -> dict[str, Any]:
    """All figures of one run."""
    texts = [text for text, _ in sample_tweets(TEXTS, seed=1)]
    single = [{"text": text} for text in texts]
    infer = [_v2(text) for text in texts]
    batches = [{"texts": texts[at : at + BATCH]} for at in range(0, TEXTS, BATCH)]
    with (
        badbuzz_api(model, folder) as api,
        mlserver(peer, model, folder, workers=0) as without,
        mlserver(peer, model, folder, workers=1) as default,
    ):
        load = {
            "badbuzz": lambda s: run_wrk(f"{api}/predict", single, folder, CONNECTIONS, s),
            "mlserver, no workers": lambda s: run_wrk(without, infer, folder, CONNECTIONS, s),
            "mlserver, default": lambda s: run_wrk(default, infer, folder, CONNECTIONS, s),
        }
        singles = _alternate(load, seconds)
        batch, alone = _batches(f"{api}/predict/batch", batches, model, folder, seconds)
    return {
        "cpu": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "mlserver": VERSION,
        "connections": CONNECTIONS,
        "seconds": seconds,
        "rounds": ROUNDS,
        "single": {name: asdict(result) for name, result in singles.items()},
        "batch_texts_per_second": batch,
        "scorer_texts_per_second": alone,
        "load_average": os.getloadavg(),
    }


def _v2(text: str) -> dict[str, Any]:
    tensor = {"name": "text", "shape": [1], "datatype": "BYTES", "data": [text]}
    return {"inputs": [tensor]}


def _alternate(load: dict[str, Callable[[float], Result]], seconds: float) -> dict[str, Result]:
    for run in load.values():
        run(WARM_UP_SECONDS)
    rounds = [{name: run(seconds) for name, run in load.items()} for _ in range(ROUNDS)]
    return {name: _median([one[name] for one in rounds]) for name in load}


def _median(results: list[Result]) -> Result:
    return Result(
        statistics.median(one.per_second for one in results),
        statistics.median(one.p50_ms for one in results),
        statistics.median(one.p99_ms for one in results),
        sum(one.failed for one in results),
    )


def _batches(
    url: str, batches: list[dict[str, list[str]]], model: Path, folder: Path, seconds: float
) -> tuple[float, float]:
    """Texts a second through the API, and of the Scorer alone, in turns."""
    scorer = Scorer(model)
    through, alone = [], []
    for _ in range(ROUNDS):
        through.append(run_wrk(url, batches, folder, 2, seconds).per_second * BATCH)
        began, done = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            for batch in batches:
                scorer.score(batch["texts"])
                done += len(batch["texts"])
        alone.append(done / (time.perf_counter() - began))
    return statistics.median(through), statistics.median(alone)


def show(report: dict[str, Any]) -> None:
    """The table for people."""
    table = Table("server", "requests/s", "p50 ms", "p99 ms", "failed", title="One text a request")
    for name, one in report["single"].items():
        figures = (one["per_second"], one["p50_ms"], one["p99_ms"])
        table.add_row(name, *(f"{figure:,.1f}" for figure in figures), str(one["failed"]))
    console = Console()
    console.print(table)
    ours, *peers = report["single"].values()
    best = max(peers, key=lambda one: float(one["per_second"]))
    console.print(f"{ours['per_second'] / best['per_second']:.1f} times the requests/s of MLServer")
    console.print(f"{ours['p99_ms'] / best['p99_ms']:.2f} of its p99")
    batch, alone = report["batch_texts_per_second"], report["scorer_texts_per_second"]
    console.print(f"/predict/batch {batch:,.0f} texts/s, {batch / alone:.2f} of the Scorer alone")


if __name__ == "__main__":
    main()
