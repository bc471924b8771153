"""`python -m bench.buzz`: detectors on public streams, settings chosen on the other streams."""

import importlib
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from bench.buzz.badbuzz import DEFAULT, GRID, KNOBS, USUAL, Badbuzz, Choice
from bench.buzz.baselines import baselines
from bench.buzz.changed import later, misread, thinned
from bench.buzz.detector import Detector
from bench.buzz.leave_out import Chosen, always, chosen
from bench.buzz.readers import READERS, read_streams
from bench.buzz.report import show, summarise, write
from bench.buzz.run import Results, run_all
from bench.buzz.scores import by_labels, rates_of, scored
from bench.buzz.stream import Stream
from stream.buzz.share import Rates

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option(
    "--model",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the artefact that scores the texts; without one only counts run.",
)
@click.option(
    "--labels",
    is_flag=True,
    help="In place of a model: the streams that people have labelled, by these labels.",
)
@click.option(
    "--detector",
    "own",
    multiple=True,
    metavar="MODULE:CLASS",
    help="A detector of yours, beside the others (bench/buzz/detector.py says how).",
)
@click.option("--only", multiple=True, help="Names of the detectors to run.")
@click.option("--default", is_flag=True,
              help="Of badbuzz the default knob alone: a fifth of the time.")  # fmt: skip
@click.option("--choose", is_flag=True,
              help="In place of the knob, choose figures for all brands.")  # fmt: skip
@click.option("--proven", is_flag=True,
              help="badbuzz in its proven mode, which watches the negatives of texts.")  # fmt: skip
@click.option("--stream", "names", multiple=True, help="Names of the streams to run.")
@click.option(
    "--part",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    help="Keep each mention with this chance: the same history of a smaller brand.",
)
@click.option("--later", "days", type=click.FloatRange(0), default=0.0,
              help="Begin each stream so many days later.")  # fmt: skip
@click.option("--misread", "unread", type=click.FloatRange(0, 1), default=0.0,
              help="Take texts for neutral with this chance, as a worse model would.")  # fmt: skip
@click.option(
    "--cache",
    type=_FOLDER,
    default=Path("bench/.cache/scores"),
    show_default=True,
    help="Where scores are kept from run to run.",
)
@click.option("--out", type=_FOLDER, help="Write buzz.json, buzz.md and the pictures here.")
def main(
    *, model: Path | None, labels: bool, own: tuple[str, ...], only: tuple[str, ...], default: bool,
    choose: bool, proven: bool, names: tuple[str, ...], part: float, days: float, unread: float,
    cache: Path, out: Path | None,
) -> None:  # fmt: skip
    """Run detectors on the streams of the variables CRISES, AIRLINE_TWEETS and NAB."""
    streams = [one for one in read_streams() if not names or one.name in names]
    streams = _with_scores(streams, model, labels, cache)
    if part < 1:
        streams = [thinned(one, part) for one in streams]
    if unread:
        streams = [misread(one, unread) for one in streams]
    if days:
        streams = [later(one, days) for one in streams]
    if not streams:
        raise click.UsageError(
            f"there is no stream to run: set at least one of {', '.join(READERS)} to the zip or "
            "folder of a data set (texts need --model or --labels too)."
        )
    found: Chosen = {}
    grid: Results = {}
    ours = _ours(rates_of(model) if model else Rates(), default, choose, proven)
    detectors = [d for d in (ours, *baselines(), *map(_named, own)) if not only or d.name in only]
    for detector in track(detectors, "detectors", console=Console(stderr=True)):
        results = run_all(detector, streams)
        found[detector.name] = chosen(results, together=isinstance(detector, Choice))
        if isinstance(detector, Badbuzz):
            found["badbuzz, default"] = always(DEFAULT, results)
        if isinstance(detector, Choice):
            grid = results
            found["badbuzz, default"] = always(USUAL, results)
    summary = summarise(found, "labels" if labels else str(model and model.name), grid)
    show(summary)
    if out:
        write(summary, found, out)


def _with_scores(
    streams: list[Stream], model: Path | None, labels: bool, cache: Path
) -> list[Stream]:
    if labels:
        return by_labels(streams)
    if model:
        return scored(streams, model, cache)
    return [stream for stream in streams if stream.kind == "counts"]


def _ours(rates: Rates, default: bool, choose: bool, proven: bool) -> Detector:
    if choose:
        return Choice(rates=rates, grid=GRID)
    knobs = (DEFAULT,) if default else KNOBS
    return Badbuzz(knobs=knobs, rates=rates, method="e-detector" if proven else "tail")


def _named(place: str) -> Detector:
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)()  # type: ignore[no-any-return]


if __name__ == "__main__":
    main()
