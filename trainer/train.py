"""`badbuzz train`: data in, registered versions out."""

from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console

from sentiment.settings import load_settings
from trainer.settings import TrainerSettings


@click.command("train")
@click.option(
    "--first",
    is_flag=True,
    help="Train, register and promote the light logistic regression, unless there is a champion.",
)
def train(first: bool) -> None:
    """Train candidates on the data there is and register them."""
    settings = load_settings(TrainerSettings)
    console = Console()
    if first:
        first_champion(settings, console)


def first_champion(settings: TrainerSettings, console: Console) -> str:
    """Make sure that there is a champion: the one there is, else a logistic regression.

    Returns:
        the version that the alias names afterwards.

    Raises:
        RegistryError: MLflow does not answer.
    """
    from trainer.candidate import build  # noqa: PLC0415 - scikit-learn takes seconds
    from trainer.candidates.logistic import Logistic  # noqa: PLC0415
    from trainer.data import split  # noqa: PLC0415
    from trainer.register import Versions  # noqa: PLC0415
    from trainer.source import training_data  # noqa: PLC0415

    versions = Versions(settings)
    champion = versions.champion()
    if champion is not None:
        console.print(f"The champion is version {champion.version}; nothing to train.")
        return str(champion.version)
    tweets, origin = training_data(settings.data_dir)
    console.print(f"No champion yet: training a logistic regression on {origin}.")
    with TemporaryDirectory(prefix="badbuzz-") as folder:
        built = build(Logistic(), split(tweets), Path(folder))
        version = versions.register(built.folder, built.card.metrics)
    versions.point(version)
    console.print(f"Version {version} of {settings.model_name} is the champion.")
    return version
