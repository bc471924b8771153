"""Trains candidates one after another, measures them on the frozen test part, registers them.

Nothing is registered before all are trained and logged: who interrupts leaves the registry as it
was, and the next call goes on where this one stopped. Ctrl-C is not heard for the moment in which
the versions are made.
"""

import hashlib
import shutil
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from sentiment.scorer import ModelVersion, Scorer
from sentiment.scores import Probabilities, Scores
from trainer.candidates.candidate import Candidate, build
from trainer.context import Context
from trainer.data.tweets import Split
from trainer.evaluation.evaluation import Evaluation, evaluate
from trainer.evaluation.finished import finish, finished
from trainer.registry.register import Evidence, Versions
from trainer.reports.data_report import DataReport
from trainer.reports.plots import confusion_plot, reliability_plot
from trainer.settings import TrainerSettings


@dataclass(frozen=True)
class Trained:
    """An artefact in its working folder, measured on the test part."""

    workplace: Path
    evaluation: Evaluation
    scores: Scores

    @property
    def p_negative(self) -> Probabilities:
        """Of each text of the test part, against positive, float32 [n]."""
        return self.scores.as_two().p_negative

    @property
    def folder(self) -> Path:
        """The artefact."""
        return self.workplace / "artefact"


def train_all(
    candidates: Sequence[Candidate], split: Split, settings: TrainerSettings, console: Console
) -> list[Trained]:
    """Train each candidate, or take what an interrupted call has finished."""
    return [_train(candidate, split, settings, console) for candidate in candidates]


def register_all(
    trained: Sequence[Trained], split: Split, versions: Versions, report: DataReport | None = None
) -> dict[str, Evaluation]:
    """Register every artefact with its evidence, and forget its workplace.

    Args:
        report: of the data, kept with each.

    Returns:
        the evaluations by the number of the new version.
    """
    logged = [versions.log(one.folder, evidence(one, split, report)) for one in trained]
    with _deaf_to_ctrl_c():
        numbers = versions.make(logged)
        for one in trained:
            shutil.rmtree(one.workplace, ignore_errors=True)
    found = [one.evaluation for one in trained]
    return {
        number: one.model_copy(update={"model": f"{one.candidate} v{number}"})
        for number, one in zip(numbers, found, strict=True)
    }


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread hears it
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def evidence(trained: Trained, split: Split, report: DataReport | None = None) -> Evidence:
    """What MLflow is to keep of a training: figures, pictures, data."""
    evaluation, title = trained.evaluation, trained.evaluation.candidate
    texts = {"evaluation.json": evaluation.model_dump_json(indent=1)}
    if report is not None:
        texts["data.json"] = report.model_dump_json(indent=1)
    return Evidence(
        metrics=evaluation.flat,
        figures={
            "reliability.png": reliability_plot(trained.p_negative, split.test.negative, title),
            "confusion.png": confusion_plot(evaluation.confusion, evaluation.classes, title),
        },
        texts=texts,
        datasets={name: (part.digest(), len(part)) for name, part in vars(split).items()},
    )


def _train(
    candidate: Candidate, split: Split, settings: TrainerSettings, console: Console
) -> Trained:
    key = hashlib.sha256(f"{candidate!r} {split.train.digest()} {settings.seed}".encode())
    workplace = settings.training_dir / f"{candidate.name}-{key.hexdigest()[:12]}"
    folder = workplace / "artefact"
    if finished(folder):
        console.print(f"{candidate.name}: trained already, not registered yet.")
    else:
        console.rule(candidate.name)
        run = Context(workplace / "checkpoints", console, settings.seed)
        built = build(candidate, split, folder, run)
        console.print(f"{candidate.name}: the artefact agrees within {built.parity:.1g}.")
    scorer = Scorer(folder, ModelVersion(candidate.name, "new", ""), settings.scorer_threads)
    evaluation, scores = evaluate(scorer, split.test, candidate.name)
    finish(folder, evaluation)
    return Trained(workplace, evaluation, scores)
