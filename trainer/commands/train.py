"""`badbuzz train`: data in, registered versions and a leaderboard out."""

import os
from typing import TYPE_CHECKING

import click
from rich.console import Console

from sentiment.settings import load_settings
from trainer.settings import TrainerSettings

if TYPE_CHECKING:
    from trainer.candidate import Candidate
    from trainer.data import Split, Tweets
    from trainer.evaluation import Evaluation

_FEWEST_ROWS = 200


@click.command("train")
@click.argument("candidates", nargs=-1)
@click.option("--first", is_flag=True, help="Only if there is no champion: the light one.")
@click.option("--rows", type=click.IntRange(min=_FEWEST_ROWS), help="Train on so many, drawn.")
@click.option("--with-feedback", is_flag=True, help="Add people's verdicts from Kafka.")
@click.option("--int8", is_flag=True, help="Let the transformer's artefact compute in 8 bits.")
def train(
    candidates: tuple[str, ...],
    *,
    first: bool,
    rows: int | None,
    with_feedback: bool,
    int8: bool,
) -> None:
    """Train CANDIDATES (logistic, lstm, cnn, distilbert, student) and register them.

    Without a name: all that can be trained here. An interrupted training registers nothing and
    goes on at the next call. Ends with a leaderboard on the frozen test part.
    """
    from trainer.register import Versions  # noqa: PLC0415 - MLflow and scikit-learn take seconds
    from trainer.training import register_all, train_all  # noqa: PLC0415

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    settings, console = load_settings(TrainerSettings), Console()
    if first:
        first_champion(settings, console)
        return
    chosen = _chosen(candidates, settings, int8, console)
    parts = _parts(settings, rows, with_feedback, console)
    try:
        trained = train_all(chosen, parts, settings, console)
        evaluations = register_all(trained, parts, Versions(settings))
    except KeyboardInterrupt:
        console.print("Stopped; nothing new is registered. The same command goes on from here.")
        raise SystemExit(130) from None
    _show(list(evaluations.values()), parts, console)


def first_champion(settings: TrainerSettings, console: Console) -> str:
    """Make sure that there is a champion: the one there is, else a logistic regression.

    Returns:
        the version that the alias names afterwards.

    Raises:
        RegistryError: MLflow does not answer.
    """
    from trainer.candidates.logistic import Logistic  # noqa: PLC0415 - scikit-learn takes seconds
    from trainer.data import split  # noqa: PLC0415
    from trainer.register import Versions  # noqa: PLC0415
    from trainer.source import training_data  # noqa: PLC0415
    from trainer.training import register_all, train_all  # noqa: PLC0415

    versions = Versions(settings)
    champion = versions.champion()
    if champion is not None:
        console.print(f"The champion is version {champion.version}; nothing to train.")
        return str(champion.version)
    tweets, origin = training_data(settings.data_dir)
    console.print(f"No champion yet: training a logistic regression on {origin}.")
    parts = split(tweets)
    (number,) = register_all(train_all([Logistic()], parts, settings, console), parts, versions)
    versions.point(number)
    console.print(f"Version {number} of {settings.model_name} is the champion.")
    return number


def _chosen(
    names: tuple[str, ...], settings: TrainerSettings, int8: bool, console: Console
) -> "list[Candidate]":
    from sentiment.errors import TrainingError  # noqa: PLC0415
    from trainer.candidates import NAMES, by_default, candidate, missing  # noqa: PLC0415

    lacking = {name: missing(name, settings) for name in names} or by_default(settings)
    for reason in filter(None, lacking.values()):
        if names:
            raise TrainingError(f"{reason}.")
        console.print(f"left out: {reason}.")
    able = sorted((name for name, reason in lacking.items() if not reason), key=NAMES.index)
    return [candidate(name, settings, int8) for name in able]


def _parts(
    settings: TrainerSettings, rows: int | None, with_feedback: bool, console: Console
) -> "Split":
    from trainer.data import drawn, split, with_more  # noqa: PLC0415
    from trainer.report import data_report, report_table  # noqa: PLC0415
    from trainer.source import training_data  # noqa: PLC0415

    tweets, origin = training_data(settings.data_dir)
    console.print(f"Training on {origin}.")
    tweets = drawn(tweets, rows, settings.seed) if rows else tweets
    parts = split(tweets)
    if with_feedback:
        parts = with_more(parts, _feedback(settings, console))
    console.print(report_table(data_report(tweets), parts))
    return parts


def _feedback(settings: TrainerSettings, console: Console) -> "Tweets":
    from trainer.feedback import read_feedback  # noqa: PLC0415 - aiokafka for those who ask

    feedback = read_feedback(settings)
    console.print(f"{len(feedback)} verdicts of people are added to the training part.")
    return feedback


def _show(evaluations: "list[Evaluation]", parts: "Split", console: Console) -> None:
    from trainer.leaderboard import behaviour_table, leaderboard, slices_table  # noqa: PLC0415

    console.print(slices_table(evaluations))
    console.print(behaviour_table(evaluations))
    console.print(leaderboard(evaluations, f"Leaderboard ({len(parts.test):,} unseen tweets)"))
    console.print("`badbuzz promote VERSION` makes one of them the champion, if it wins.")
