"""`python -m bench.stream [PART ...]`: the benchmarks of the stream, or some parts of them."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from bench import services
from bench.artefacts import make_artefact
from bench.backlog import Bench
from bench.endtoend import end_to_end, plumbing
from bench.latency import latency
from bench.machine import machine
from bench.report import write_report
from bench.scaling import scaling
from bench.scorer import scorer
from bench.settings import BenchSettings
from bench.texts import load_messages

PARTS: dict[str, Callable[[Bench, Console], dict[str, Any]]] = {
    "scorer": scorer,
    "plumbing": plumbing,
    "endtoend": end_to_end,
    "latency": latency,
    "scaling": scaling,
}
SHORT: dict[str, Any] = {
    "rounds": 1,
    "messages": 20_000,
    "slow_messages": 1_000,
    "sides": ["badbuzz", "confluent"],
    "latency_sides": ["badbuzz"],
    "latency_shares": [0.1],
    "latency_seconds": 4.0,
    "workers": [2],
    "scaling_messages": 10_000,
    "backlogs": [],
}


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(list(PARTS)))
@click.option("--short", is_flag=True, help="A minute: to see that everything runs.")
def main(parts: tuple[str, ...], short: bool) -> None:
    """Measure PARTS (all of them by default), each into bench/results."""
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
    settings = BenchSettings(**(SHORT if short else {}))
    if short and "results" not in settings.model_fields_set:
        settings = settings.model_copy(update={"results": settings.cache / "short"})
    console = Console(width=160)
    messages = load_messages(settings.sentiment140_csv)
    artefact, model = make_artefact(settings, messages.texts, settings.cache / "artefact")
    console.print(f"{messages.origin}; {model}")
    with services.started(settings.cache / "services") as running:
        services.register(running, artefact)
        bench = Bench(settings, running, messages, artefact)
        for part in parts or PARTS:
            facts = {"machine": machine(), "texts": messages.origin, "model": model}
            measured = PARTS[part](bench, console)
            _save(settings.results, part, {**facts, **measured})
    write_report(settings.results)
    console.print(f"written: {settings.results / 'stream.md'}")


def _save(folder: Path, part: str, content: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{part}.json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
