"""The table and the picture of what has been measured: results/stream.md and stream.png."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.picture import draw
from bench.sides import NAMED
from bench.spread import Spread, by_load, ratios, spread

_TITLES = {side.name: side.title for side in NAMED}
_PROMISES = {side.name: side.promise for side in NAMED}

Rows = list[list[str]]


def write_report(folder: Path) -> None:
    """From the JSON of the parts that are there."""
    found = {
        path.stem: json.loads(path.read_text("utf-8"))
        for path in folder.glob("*.json")
        if path.stem in _SECTIONS
    }
    text = ["# Benchmarks of the stream", "", _HEAD]
    for part, section in _SECTIONS.items():
        if part in found:
            text += ["", *section(found[part])]
    text += ["", *_machines(found)]
    (folder / "stream.md").write_text("\n".join(text) + "\n", "utf-8")
    draw(found, folder / "stream.png")


def by_side(runs: list[dict[str, Any]], mode: str) -> dict[str, list[dict[str, Any]]]:
    """Runs of each side, in the order of the sides."""
    found = {
        side.name: [run for run in runs if run["side"] == side.name and run["mode"] == mode]
        for side in NAMED
    }
    return {name: some for name, some in found.items() if some}


def _scorer(part: dict[str, Any]) -> list[str]:
    lines = ["## The Scorer against padding to 40 tokens", ""]
    if "left_out" in part:
        return [*lines, f"Left out: {part['left_out']}."]
    rounds = part["rounds"]
    times = {name: [figures[name] for figures in rounds] for name in rounds[0]}
    rows = [
        [
            title,
            spread(times[name]).text(1),
            ratios(times[name], times["scorer"]).text(2) if name != "tokenise" else "",
            ratios(_sums(times, name), _sums(times, "scorer")).text(2)
            if name != "tokenise"
            else "",
        ]
        for name, title in (
            ("scorer", "graph as the Scorer calls it"),
            ("padded", "padded to 40, one session with all threads"),
            ("padded_split", "padded to 40, one call a thread"),
            ("tokenise", "tokenising, the same for all"),
        )
    ]
    head = ["side", "us a text", "graph: Scorer is faster by", "with tokenising: faster by"]
    return [*lines, f"Mean length {part['mean_tokens']:.1f} tokens.", "", *_table(head, rows)]


def _sums(times: dict[str, list[float]], name: str) -> list[float]:
    return [a + b for a, b in zip(times[name], times["tokenise"], strict=True)]


def _plumbing(part: dict[str, Any]) -> list[str]:
    rows = []
    for mode, title in (("pass", "transport"), ("contract", "transport and contract")):
        for name, runs in by_side(part["runs"], mode).items():
            rows.append(
                [title, _TITLES[name], _PROMISES[name], _of(runs, "cpu").text(1),
                 _of(runs, "rate").text(), _of(runs, "broker_cpu").text(1), _complete(runs)]
            )  # fmt: skip
    head = ["what", "side", "promise", "CPU, us a message", "messages/s", "broker, us", "complete"]
    return ["## Plumbing alone", "", "No model. Transport: records go through unread, "
            "transactions where the side has them. Contract: they are parsed, validated and "
            "serialised as well.", "", *_table(head, rows)]  # fmt: skip


def _endtoend(part: dict[str, Any]) -> list[str]:
    sides = by_side(part["runs"], "score")
    limits = [figures["in_turn"]["rate"] for figures in part["limits"]]
    ahead = [figures["overlapping"]["rate"] for figures in part["limits"]]
    badbuzz = {run["round"]: run["rate"] for run in sides.get("badbuzz", [])}
    rows = [
        ["limit: Scorer alone", "", spread(limits).text(), "", "", "", "", "", ""],
        ["limit, tokenising ahead", "", spread(ahead).text(), "", "", "", "", "", ""],
    ]
    for name, runs in sides.items():
        rates = [run["rate"] for run in runs]
        times = ratios([badbuzz.get(run["round"], 0.0) for run in runs], rates)
        of_limit = ratios(rates, [limits[run["round"]] for run in runs])
        rows.append(
            [_TITLES[name], _PROMISES[name], _of(runs, "rate").text(), of_limit.text(2),
             times.text(2), _of(runs, "cpu").text(1), _of(runs, "scorer_share").text(2),
             _of(runs, "broker_cpu").text(1), _complete(runs)]
        )  # fmt: skip
    head = ["side", "promise", "tweets/s", "of the limit", "badbuzz is faster by",
            "CPU, us a tweet", "Scorer's share of it", "broker, us", "complete"]  # fmt: skip
    return ["## End to end", "", *_table(head, rows)]


def _latency(part: dict[str, Any]) -> list[str]:
    rows = [
        [_TITLES[side], f"{share:.0%} of {_of(runs, 'capacity').text()}", _of(runs, "rate").text(),
         *(_of(runs, name).text() for name in ("p50_ms", "p95_ms", "p99_ms")),
         str(sum(run["missing"] for run in runs))]
        for (side, share), runs in by_load(part["rows"]).items()
    ]  # fmt: skip
    head = ["side", "load", "tweets/s", "p50, ms", "p95, ms", "p99, ms", "missing"]
    return ["## Latency", "", "From the producer's timestamp to a reader of committed records. "
            "Loads are shares of what the side did with a backlog just before; generator and "
            "reader then run on the same cores.", "", *_table(head, rows)]  # fmt: skip


def _scaling(part: dict[str, Any]) -> list[str]:
    rows = []
    for name in ("badbuzz", "confluent"):
        for size in sorted({run["workers"] for run in part["workers"]}):
            runs = [r for r in part["workers"] if r["workers"] == size and r["side"] == name]
            if runs:
                rows.append([_TITLES[name], str(size), f"{runs[0]['messages']:,}",
                             _of(runs, "rate").text(), _of(runs, "cpu").text(1),
                             _of(runs, "memory").text(), _complete(runs)])  # fmt: skip
    rows += [
        [_TITLES["badbuzz"], "1", f"{run['messages']:,}", f"{run['rate']:,.0f}",
         f"{run['cpu']:.1f}", f"{run['memory']:,.0f}", _complete([run])]
        for run in part["backlogs"]
    ]  # fmt: skip
    head = ["side", "workers", "backlog", "tweets/s", "CPU, us a tweet", "memory, MB", "complete"]
    return ["## Workers, backlog, memory", "", "As many partitions as workers; a single worker "
            "with a growing backlog has four. Memory is of all workers together.", "",
            *_table(head, rows)]  # fmt: skip


def _machines(found: dict[str, Any]) -> list[str]:
    rows = [
        [name, part["machine"]["measured_at"], part["machine"]["processor"],
         f"{part['machine']['cores']} cores", f"{part['machine']['load_before']:.1f}",
         part["texts"], part["model"]]
        for name, part in found.items()
    ]  # fmt: skip
    head = ["part", "measured at", "processor", "cores", "load before", "texts", "model"]
    return ["## Where and when", "", *_table(head, rows)]


def _of(runs: list[dict[str, Any]], name: str) -> Spread:
    return spread(run[name] for run in runs)


def _complete(runs: list[dict[str, Any]]) -> str:
    missing, twice = (sum(run[name] for run in runs) for name in ("missing", "twice"))
    return "yes" if not missing and not twice else f"missing {missing}, twice {twice}"


def _table(head: list[str], rows: Rows) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


_SECTIONS: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "endtoend": _endtoend,
    "plumbing": _plumbing,
    "scorer": _scorer,
    "latency": _latency,
    "scaling": _scaling,
}

_HEAD = (
    "Figures are medians of the rounds of one run in which the sides took turns, least and most "
    "in brackets. All sides run the same Scorer with the same artefact and threads, against the "
    "same broker on the same cores. CPU is that of the side's process; the broker's is shown "
    "apart. `complete` says that each message had one result."
)
