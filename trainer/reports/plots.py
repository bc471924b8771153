"""Pictures of an evaluation, as matplotlib figures that no window shows."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from trainer.evaluation.calibration import Floats
from trainer.evaluation.metrics import Labels


def reliability_plot(p_negative: Floats, negative: Labels, title: str, bins: int = 15) -> Figure:
    """How often texts are negative, against how likely the model says they are."""
    bin_of = np.minimum((p_negative * bins).astype(int), bins - 1)
    counts = np.bincount(bin_of, minlength=bins)
    filled = counts > 0
    said = np.bincount(bin_of, p_negative, bins)[filled] / counts[filled]
    found = np.bincount(bin_of, negative, bins)[filled] / counts[filled]
    figure = Figure(figsize=(5, 5.5), layout="constrained")
    top, bottom = figure.subplots(2, 1, height_ratios=(4, 1), sharex=True)
    top.plot([0, 1], [0, 1], color="grey", linestyle="--", label="perfectly calibrated")
    top.plot(said, found, marker="o", label=title)
    top.set(ylabel="share that is negative", title=f"Reliability of {title}")
    top.legend()
    bottom.bar((np.arange(bins) + 0.5) / bins, counts, width=0.9 / bins)
    bottom.set(xlabel="p_negative", ylabel="texts")
    return figure


def confusion_plot(confusion: list[list[int]], classes: Sequence[str], title: str) -> Figure:
    """Right labels against what the model said, with counts."""
    table = np.array(confusion)
    figure = Figure(figsize=(4.5, 4), layout="constrained")
    axes = figure.subplots()
    axes.imshow(table, cmap="Blues", vmin=0)
    for row, column in np.ndindex(table.shape):
        dark = table[row, column] > table.max() / 2
        axes.text(
            column, row, f"{table[row, column]:,}", ha="center", color="white" if dark else "black"
        )
    axes.set_xticks(range(len(classes)), classes)
    axes.set_yticks(range(len(classes)), classes)
    axes.set(xlabel="the model says", ylabel="right label", title=title)
    return figure


def lengths_plot(lengths: Floats, title: str) -> Figure:
    """How many words tweets have."""
    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = figure.subplots()
    axes.hist(lengths, bins=np.arange(0, np.percentile(lengths, 99.9) + 2).tolist())
    axes.set(xlabel="words", ylabel="tweets", title=title)
    return figure


def leaderboard_plot(names: list[str], accuracies: list[float], speeds: list[float]) -> Figure:
    """Accuracy against speed: up and to the right is better."""
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    axes.scatter(speeds, accuracies)
    for name, speed, accuracy in zip(names, speeds, accuracies, strict=True):
        axes.annotate(name, (speed, accuracy), xytext=(5, 5), textcoords="offset points")
    axes.set(xscale="log", xlabel="tweets a second", ylabel="accuracy", title="Leaderboard")
    axes.margins(0.2)
    return figure
