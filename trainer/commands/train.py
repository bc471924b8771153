"""`badbuzz train`: data in, registered versions and a leaderboard out."""

import os
from typing import TYPE_CHECKING

import click
from rich.console import Console

from sentiment import terminal
from sentiment.errors import RegistryError
from sentiment.settings import load_settings
from trainer.commands.train_sources import train_on_sources
from trainer.settings import TrainerSettings

if TYPE_CHECKING:
    from trainer.candidates.candidate import Candidate
    from trainer.data.tweets import Split
    from trainer.evaluation.evaluation import Evaluation
    from trainer.registry.register import Versions
    from trainer.reports.data_report import DataReport
    from trainer.training import Trained

_FEWEST_ROWS = 200


@click.command("train")
@click.argument("candidates", nargs=-1)
@click.option("--first", is_flag=True, help="Only if there is no champion: the shipped one.")
@click.option(
    "--rows", type=click.IntRange(min=_FEWEST_ROWS), help="Train on a sample of this size."
)
@click.option("--with-feedback", is_flag=True, help="Add people's feedback from Kafka.")
@click.option(
    "--hold-back",
    multiple=True,
    metavar="GROUP",
    help="Test three classes on this airline alone, unseen in training; may be repeated.",
)
@click.option("--int8", is_flag=True, help="Quantise the transformer's artefact to 8 bits.")
def train(
    candidates: tuple[str, ...],
    *,
    first: bool,
    rows: int | None,
    with_feedback: bool,
    hold_back: tuple[str, ...],
    int8: bool,
) -> None:
    """Train CANDIDATES and register them.

    Of two classes: logistic, lstm, cnn, distilbert, student, compared on the frozen test part.
    Without a name, all of these that can be trained here. Of three classes, from all sources in
    data/, with figures of each: multilingual, fast. An interrupted training registers nothing and
    goes on at the next call.
    """
    from trainer.registry.register import Versions  # noqa: PLC0415 - MLflow and scikit-learn take seconds
    from trainer.training import train_all  # noqa: PLC0415

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    settings, console = load_settings(TrainerSettings), terminal.console()
    if first:
        first_champion(settings, console)
        return
    two_class, three_class = _by_kind(candidates)
    chosen = _chosen(two_class, settings, int8, console) if two_class or not three_class else []
    versions = Versions(settings)
    versions.champion()  # does MLflow answer? Better asked now than after hours of training
    if three_class:
        train_on_sources(three_class, settings, versions, console, rows, hold_back)
    if not chosen:
        return
    parts, report = _parts(settings, rows, with_feedback, console)
    try:
        trained = train_all(chosen, parts, settings, console)
        evaluations = _registered(trained, parts, report, versions, console)
    except KeyboardInterrupt:
        console.print("Stopped; nothing new is registered. Run the same command to resume.")
        raise SystemExit(130) from None
    _show(evaluations, parts, console)
    console.print("`badbuzz promote VERSION` makes one of them the champion, if it wins.")


def first_champion(settings: TrainerSettings, console: Console) -> str:
    """Make sure that there is a champion: the one there is, else the version that ships with
    badbuzz. Nothing is trained.

    Returns:
        the version that the alias names afterwards.

    Raises:
        RegistryError: MLflow does not answer.
    """
    from trainer.registry.register import Versions  # noqa: PLC0415 - MLflow takes seconds
    from trainer.shipped import evidence, shipped_folder  # noqa: PLC0415

    versions = Versions(settings)
    champion = versions.champion()
    if champion is not None:
        console.print(f"The champion is version {champion.version}; nothing to train.")
        return str(champion.version)
    folder = shipped_folder()
    (number,) = versions.make([versions.log(folder, evidence(folder))])
    versions.point(number)
    console.print(
        f"Version {number} of {settings.model_name}, which ships with badbuzz, is the champion."
    )
    return number


def _by_kind(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    from trainer.candidates.catalogue import THREE_CLASS  # noqa: PLC0415

    three = tuple(name for name in names if name in THREE_CLASS)
    return tuple(name for name in names if name not in THREE_CLASS), three


def _chosen(
    names: tuple[str, ...], settings: TrainerSettings, int8: bool, console: Console
) -> "list[Candidate]":
    from sentiment.errors import TrainingError  # noqa: PLC0415
    from trainer.candidates.catalogue import NAMES, by_default, candidate, missing  # noqa: PLC0415

    lacking = {name: missing(name, settings) for name in names} or by_default(settings)
    for reason in filter(None, lacking.values()):
        if names:
            raise TrainingError(f"{reason}.")
        console.print(f"left out: {reason}.")
    able = sorted((name for name, reason in lacking.items() if not reason), key=NAMES.index)
    return [candidate(name, settings, int8) for name in able]


def _parts(
    settings: TrainerSettings, rows: int | None, with_feedback: bool, console: Console
) -> "tuple[Split, DataReport]":
    from trainer.data.source import training_data  # noqa: PLC0415
    from trainer.data.tweets import drawn, require_usable, split  # noqa: PLC0415
    from trainer.reports.data_report import data_report, report_table  # noqa: PLC0415

    tweets, origin = training_data(settings.data_dir)
    console.print(f"Training on {origin}.")
    tweets = drawn(tweets, rows, settings.seed) if rows else tweets
    parts = split(tweets)
    if with_feedback:
        parts = _with_feedback(parts, settings, console)
    require_usable(parts)
    report = data_report(tweets)
    console.print(report_table(report, parts))
    return parts, report


def _with_feedback(parts: "Split", settings: TrainerSettings, console: Console) -> "Split":
    from trainer.data.feedback import read_feedback  # noqa: PLC0415 - aiokafka for those who ask
    from trainer.data.tweets import with_more  # noqa: PLC0415

    feedback = read_feedback(settings, len(parts.train))
    grown = with_more(parts, feedback)
    added = len(grown.train) - len(parts.train)
    console.print(
        f"{added} verdicts of people are added to the training part; {len(feedback) - added} more "
        "are on texts of the other parts."
    )
    return grown


def _registered(
    trained: "list[Trained]",
    parts: "Split",
    report: "DataReport",
    versions: "Versions",
    console: Console,
) -> "list[Evaluation]":
    """The evaluations under the numbers of their new versions.

    Raises:
        RegistryError: MLflow failed; the leaderboard is shown nevertheless.
    """
    from trainer.training import register_all  # noqa: PLC0415

    try:
        return list(register_all(trained, parts, versions, report).values())
    except RegistryError as error:
        _show([one.evaluation for one in trained], parts, console)
        raise RegistryError(
            f"{error} The trained models are kept; run the same command to register them."
        ) from error


def _show(evaluations: "list[Evaluation]", parts: "Split", console: Console) -> None:
    from trainer.reports.leaderboard import behaviour_table, leaderboard, slices_table  # noqa: PLC0415

    console.print(slices_table(evaluations))
    console.print(behaviour_table(evaluations))
    console.print(leaderboard(evaluations, f"Leaderboard ({len(parts.test):,} unseen tweets)"))
