"""`python -m bench.bars ARTEFACT`: which bars of quality does a version of three classes reach?

The test rows of the sources in `BADBUZZ_DATA_DIR` are those that no training saw. `CRISES` names a
folder as `bench.buzz` reads it: brands that no training saw, some of their posts with their
`truth`, and windows of known crises. What is not there is left out.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from sentiment.card import THREE
from sentiment.scorer import Scorer
from sentiment.settings import load_settings
from trainer.data.labelled import Labelled
from trainer.evaluation.metrics import measured
from trainer.evaluation.parts import PartMetrics, metrics_by_part
from trainer.settings import TrainerSettings
from trainer.source_training import MEASURED
from trainer.sources.catalogue import load_sources
from trainer.sources.split import held_out, some_of_each

LEAST = {
    "TweetEval, macro recall": (0.65, 0.70),
    "Sentiment140, accuracy of two classes": (0.83, 0.855),
    "UMSAB French, macro-F1": (0.60, 0.73),
    "UMSAB, mean of eight languages, macro-F1": (0.59, 0.68),
    "DEFT 2017, macro-F1": (0.71, 0.76),
    "airlines (of the same ones), macro-F1": (0.72, 0.78),
}
"""What a fast version and the best one have to reach."""

MOST = {"calibration error, all sources": 0.02}
UNSEEN_MOST = 0.05
"""Calibration error on brands that no training saw."""


@dataclass(frozen=True)
class Figure:
    """One figure beside its bar.

    Attributes:
        test: what was measured.
        value: what came out.
        bars: for a fast version and for the best; None: there is no bar.
        at_most: whether the value has to stay below the bar.
    """

    test: str
    value: float
    bars: tuple[float, float] | None = None
    at_most: bool = False

    def reached(self, best: bool) -> bool | None:
        """Whether it reaches its bar; None where there is none."""
        if self.bars is None:
            return None
        bar = self.bars[best]
        return self.value <= bar if self.at_most else self.value >= bar


def of_sources(parts: Sequence[PartMetrics]) -> Iterator[Figure]:
    """Figures on the test rows of the sources, as far as they are there."""
    by_name = {part.part: part for part in parts}
    umsab = [part.macro_f1 for name, part in by_name.items() if name.startswith("umsab-")]
    values = {
        "TweetEval, macro recall": _value(by_name, "tweeteval-en", "macro_recall"),
        "Sentiment140, accuracy of two classes": _value(by_name, "sentiment140-en", "accuracy"),
        "UMSAB French, macro-F1": _value(by_name, "umsab-fr", "macro_f1"),
        "UMSAB, mean of eight languages, macro-F1": float(np.mean(umsab)) if umsab else None,
        "DEFT 2017, macro-F1": _value(by_name, "deft-fr", "macro_f1"),
        "airlines (of the same ones), macro-F1": _value(by_name, "airlines-en", "macro_f1"),
    }
    for test, value in values.items():
        if value is not None:
            yield Figure(test, value, LEAST[test])
    for test, most in MOST.items():
        yield Figure(test, by_name["all"].calibration_error, (most, most), at_most=True)


def of_crises(scorer: Scorer, folder: Path) -> Iterator[Figure]:
    """Figures of brands that no training saw."""
    windows = json.loads((folder / "windows.json").read_text("utf-8"))
    for path in sorted(folder.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
        yield from _of_truth(scorer, path.stem, [row for row in rows if row.get("truth") in THREE])
        if windows.get(path.name):
            yield from _of_storm(scorer, path.stem, rows, windows[path.name])


def _of_truth(scorer: Scorer, brand: str, rows: list[dict[str, str]]) -> Iterator[Figure]:
    if not rows:
        return
    texts = [row["text"] for row in rows]
    labels = np.array([THREE.index(row["truth"]) for row in rows], np.int8)
    found = measured(scorer.score(texts), Labelled(texts, labels, three=True))
    yield Figure(f"{brand}, macro-F1", found.macro_f1)
    bars = (UNSEEN_MOST, UNSEEN_MOST)
    yield Figure(f"{brand}, calibration error", found.calibration_error, bars, at_most=True)


def _of_storm(
    scorer: Scorer, brand: str, rows: list[dict[str, str]], windows: list[list[str]]
) -> Iterator[Figure]:
    """Mean p(negative) in each window less that of all posts before the first."""
    answers = scorer.answer([row["text"] for row in rows])
    p_negative = np.array([answer.p_negative for answer in answers], np.float64)  # None: no word
    times = np.array([_seconds(row["created_at"]) for row in rows])
    calm = p_negative[times < _seconds(windows[0][0])]
    for start, end, *_ in windows:
        storm = p_negative[(times >= _seconds(start)) & (times < _seconds(end))]
        if np.isfinite(storm).any() and np.isfinite(calm).any():
            name = f"{brand}, p(negative) of the storm of {start[:10]} less the calm's"
            yield Figure(name, float(np.nanmean(storm) - np.nanmean(calm)), (0.0, 0.0))


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()


def _value(parts: dict[str, PartMetrics], part: str, metric: str) -> float | None:
    return float(getattr(parts[part], metric)) if part in parts else None


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--best", is_flag=True, help="Against the bars of the best model, not of a fast one.")
def main(folder: Path, best: bool) -> None:
    """Print each figure beside its bar."""
    scorer = Scorer(folder)
    settings = load_settings(TrainerSettings)
    rows = held_out(load_sources(settings.data_dir))
    if best:  # large models would take an hour for all
        rows = rows.take(some_of_each(rows, MEASURED, seed=0))
    figures = list(of_sources(metrics_by_part(rows, scorer.score(rows.texts))))
    if crises := os.environ.get("CRISES"):
        figures += of_crises(scorer, Path(crises))
    Console().print(_table(figures, best))


def _table(figures: Sequence[Figure], best: bool) -> Table:
    table = Table(box=None)
    for name in ("test", "figure", "bar", "reached"):
        table.add_column(name, justify="left" if name == "test" else "right")
    for one in figures:
        sign = "≤" if one.at_most else "≥"
        bar = f"{sign} {one.bars[best]:g}" if one.bars else ""
        reached = {True: "yes", False: "no", None: ""}[one.reached(best)]
        table.add_row(one.test, f"{one.value:.3f}", bar, reached)
    return table


if __name__ == "__main__":
    main()
