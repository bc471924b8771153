"""Evaluations as tables for people."""

from collections.abc import Sequence

from rich.table import Table

from trainer.evaluation.evaluation import Evaluation

_COLUMNS = ("accuracy", "F1", "recall", "AUC", "log loss", "ECE", "tests", "tweets/s", "ms")
_LEGEND = (
    "F1, recall: macro. ECE: expected calibration error. tests: behavioural cases that held. "
    "tweets/s: on this machine, in batches. ms: median for one text."
)


def leaderboard(evaluations: Sequence[Evaluation], title: str = "Leaderboard") -> Table:
    """One row a model, the most accurate first."""
    table = Table(title=title, caption=_LEGEND, box=None, padding=(0, 1, 0, 0))
    table.add_column("model", no_wrap=True)
    for name in _COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    for one in sorted(evaluations, key=lambda one: -one.accuracy):
        table.add_row(
            one.model,
            f"{one.accuracy:.2%}",
            f"{one.macro_f1:.3f}",
            f"{one.macro_recall:.3f}",
            "-" if one.roc_auc is None else f"{one.roc_auc:.3f}",
            f"{one.log_loss:.3f}",
            f"{one.calibration_error:.4f}",
            f"{one.behaviour_share:.0%}",
            f"{one.speed.tweets_per_second:,.0f}",
            f"{one.speed.latency_p50_ms:.3g}",
        )
    return table


def confusion_table(evaluations: Sequence[Evaluation]) -> Table:
    """How many rows of each label each model called what."""
    table = Table(title="Confusion (rows)")
    classes = max((one.classes for one in evaluations), key=len)
    for name in ("model", "label", *(f"called {name}" for name in classes)):
        table.add_column(name, justify="right" if " " in name else "left")
    for one in evaluations:
        for label, row in zip(one.classes, one.confusion, strict=True):
            counts = dict(zip(one.classes, row, strict=True))
            cells = (f"{counts[name]:,}" if name in counts else "-" for name in classes)
            table.add_row(one.model, label, *cells)
    return table


def slices_table(evaluations: Sequence[Evaluation]) -> Table:
    """Accuracy on each slice, a column for each model."""
    table = Table(title="Slices (accuracy)")
    table.add_column("slice")
    table.add_column("rows", justify="right")
    for one in evaluations:
        table.add_column(one.model, justify="right")
    for name in evaluations[0].slices:
        parts = [one.slices[name] for one in evaluations]
        verdicts = [f"{p.metrics.accuracy:.2%}" if p.metrics else "too few rows" for p in parts]
        table.add_row(name, f"{parts[0].rows:,}", *verdicts)
    return table


def behaviour_table(evaluations: Sequence[Evaluation]) -> Table:
    """Cases that held of each behavioural test, a column for each model."""
    table = Table(title="Behavioural tests (cases that held)")
    table.add_column("test")
    for one in evaluations:
        table.add_column(one.model, justify="right")
    for number, test in enumerate(evaluations[0].behaviour):
        found = [one.behaviour[number] for one in evaluations]
        table.add_row(f"{test.kind}: {test.name}", *(f"{b.held}/{b.cases}" for b in found))
    return table
