"""How right the share of negatives is, brand by brand, on labelled texts.

    BADBUZZ_LABELLED=tweets.csv python -m bench.prevalence ARTEFACT

The file has the columns `text`, `label` (negative, neutral, positive) and, to divide it, `group`.
Each group is measured as it is and weighted to several shares of negatives.
"""

import csv
import os
import sys
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from sentiment.card import THREE
from sentiment.scorer import Scorer
from trainer.evaluation.prevalence import Estimate, estimates

PLACE = "BADBUZZ_LABELLED"


def main() -> None:
    """Print one row for each group and share."""
    place = os.environ.get(PLACE)
    if not place or len(sys.argv) != 2:
        raise SystemExit(
            f"expected {PLACE} and the folder of an artefact; see bench/prevalence.py."
        )
    with Path(place).open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["label"] in THREE]
    scorer = Scorer(Path(sys.argv[1]))
    prior = scorer.card.negative_prior
    if prior is None:
        raise SystemExit(f"the card of {sys.argv[1]} has no negative_prior: shares are counted.")
    labels = np.array([THREE.index(row["label"]) for row in rows], np.int8)
    groups = [row.get("group") or "all" for row in rows]
    p_negative = scorer.score([row["text"] for row in rows]).p_negative
    Console().print(_table(estimates(p_negative, labels, groups, prior), prior))


def _table(found: list[Estimate], prior: float) -> Table:
    table = Table(title=f"Share of negatives (prior {prior:.2f})", box=None)
    for name in ("group", "right", "mean p", "corrected", "error, points"):
        table.add_column(name, justify="left" if name == "group" else "right")
    for one in found:
        cells = (f"{value:.1%}" for value in (one.share, one.mean, one.corrected))
        table.add_row(one.group, *cells, f"{100 * one.error:+.1f}")
    worst = max((abs(one.error) for one in found), default=0.0)
    table.caption = f"largest error {100 * worst:.1f} points"
    return table


if __name__ == "__main__":
    main()
