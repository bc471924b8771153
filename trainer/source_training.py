"""Trains candidates of three classes on all sources, and registers them with figures by part."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from rich.console import Console
from rich.table import Table

from sentiment import artefact
from sentiment.scorer import Scorer
from trainer.candidates.three_class import ThreeClassCandidate, build_three
from trainer.context import Context
from trainer.evaluation.finished import finish, finished
from trainer.evaluation.parts import PartMetrics, metrics_by_part
from trainer.registry.commit import commit
from trainer.registry.register import Evidence, Versions
from trainer.reports.model_card import Origin, model_card
from trainer.settings import TrainerSettings
from trainer.sources.split import Parts, some_of_each

MEASURED = 10_000
"""Test rows of one source and language: a transformer would take an hour for all of
Sentiment140's; one standard error of an accuracy is 0.4 points."""

_RECIPE = {
    "multilingual": ("encoder", "encoder_tuned", "encoder_passes", "encoder_two_class_rows"),
    "fast": ("encoder", "start", "taught", "copies"),
}
"""Settings that each candidate's training depends on."""


@dataclass(frozen=True)
class TrainedThree:
    """An artefact of three classes, measured on the test rows.

    Attributes:
        workplace: what training keeps; the artefact is inside.
        parts: the figures by source and language.
        command: that trains it again.
        start: the version that it went on from; None: it began anew.
    """

    workplace: Path
    candidate: str
    parts: list[PartMetrics]
    command: str
    start: str | None = None

    @property
    def folder(self) -> Path:
        """The artefact."""
        return self.workplace / "artefact"


def train_three(
    candidate: ThreeClassCandidate,
    parts: Parts,
    settings: TrainerSettings,
    console: Console,
    options: Sequence[str] = (),
) -> TrainedThree:
    """Train a candidate, or take what an interrupted call has finished.

    Args:
        candidate: of three classes.
        parts: the data.
        settings: say where unfinished trainings are.
        console: where progress is shown.
        options: of the command that chose these parts.
    """
    key = hashlib.sha256(f"{candidate!r} {parts.train.digest()} {settings.seed}".encode())
    workplace = settings.training_dir / f"{candidate.name}-{key.hexdigest()[:12]}"
    folder = workplace / "artefact"
    if finished(folder):
        console.print(f"{candidate.name}: trained already, not registered yet.")
    else:
        console.rule(candidate.name)
        run = Context(workplace / "checkpoints", console, settings.seed)
        built = build_three(candidate, parts, folder, run)
        console.print(f"{candidate.name}: the artefact agrees within {built.parity:.1g}.")
    found = measure_parts(folder, parts, settings.scorer_threads)
    start = settings.start if candidate.name == "fast" else None
    command = training_command(candidate.name, settings, options)
    return TrainedThree(workplace, candidate.name, found, command, start)


def training_command(name: str, settings: TrainerSettings, options: Sequence[str] = ()) -> str:
    """The command that trains a candidate again, with what the environment chose for it."""
    fields = type(settings).model_fields
    values = {setting: getattr(settings, setting) for setting in (*_RECIPE[name], "seed")}
    chosen = [
        f"BADBUZZ_{setting.upper()}={quote(str(value))}"
        for setting, value in values.items()
        if value != fields[setting].default
    ]
    return " ".join([*chosen, "badbuzz train", name, *options])


def measure_parts(
    folder: Path, parts: Parts, threads: int, most: int = MEASURED
) -> list[PartMetrics]:
    """Figures of an artefact on test rows by part, at most so many of each; those of all go into
    its card."""
    test = parts.test.take(some_of_each(parts.test, most, seed=0))
    found = metrics_by_part(test, Scorer(folder, threads=threads).score(test.texts))
    finish(folder, found[0])
    return found


def register_three(
    trained: Sequence[TrainedThree], parts: Parts, versions: Versions, seed: int
) -> list[str]:
    """Register every artefact with its figures and its model card, and forget its workplace.

    Args:
        trained: on `parts`.
        parts: the data.
        versions: where they are registered.
        seed: of the training.

    Returns:
        the numbers of the new versions.
    """
    logged = [versions.log(one.folder, _evidence(one, parts, seed)) for one in trained]
    numbers = versions.make(logged)
    for one in trained:
        shutil.rmtree(one.workplace, ignore_errors=True)
    return numbers


def parts_table(trained: TrainedThree) -> Table:
    """The figures by part, for people."""
    table = Table(title=f"{trained.candidate} by source and language (test rows)")
    for column in ("part", "rows", "accuracy", "macro-F1", "macro recall", "calibration error"):
        table.add_column(column, justify="left" if column == "part" else "right")
    for part in trained.parts:
        shares = (part.accuracy, part.macro_f1, part.macro_recall, part.calibration_error)
        name = part.part if part.three else f"{part.part} (two classes)"
        table.add_row(name, f"{part.rows:,}", *(f"{share:.3f}" for share in shares))
    return table


def _evidence(trained: TrainedThree, parts: Parts, seed: int) -> Evidence:
    numbers = {
        f"{part.part}.{name}": value
        for part in trained.parts
        for name, value in part.figures.items()
    }
    digests = {
        name: (part.digest(), len(part))
        for name, part in (
            ("train", parts.train),
            ("validation", parts.validation),
            ("test", parts.test),
        )
    }
    listed = [part.model_dump() for part in trained.parts]
    learned = ""
    if trained.start:
        learned = f"It went on from the version {trained.start}, whose card says what that learned."
    origin = Origin(trained.command, seed, commit(), learned)
    card = artefact.read_card(trained.folder)
    return Evidence(
        numbers,
        texts={"parts.json": json.dumps(listed, indent=1)},
        datasets=digests,
        params={"seed": str(seed), "commit": origin.commit},
        description=model_card(card, parts.train, trained.parts, origin),
    )
