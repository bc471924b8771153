"""`badbuzz train` against a real MLflow: what is logged, and what an interruption leaves."""

import csv
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

from infra.local.mlflow import LocalMlflow
from infra.local.ports import free_port
from sentiment.errors import DataError, RegistryError, TrainingError
from sentiment.registry import DIGEST_TAG
from trainer import training
from trainer.candidates import logistic
from trainer.candidates.logistic import FittedLogistic, Logistic
from trainer.commands.train import train
from trainer.context import Context
from trainer.data.source import made_up_tweets
from trainer.data.tweets import SENTIMENT140, Split, joined, split
from trainer.registry.register import Evidence, Versions
from trainer.settings import TrainerSettings
from trainer.training import Trained, evidence, register_all, train_all

pytestmark = pytest.mark.live


@pytest.fixture
def settings(
    mlflow_server: LocalMlflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> TrainerSettings:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow_server.uri)
    monkeypatch.setenv("BADBUZZ_MODEL_NAME", f"training-{tmp_path.name}")
    monkeypatch.setenv("BADBUZZ_EXPERIMENT", f"training-{tmp_path.name}")
    monkeypatch.setenv("BADBUZZ_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("BADBUZZ_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    return TrainerSettings()


def test_training_registers_a_version_with_figures_pictures_and_data_and_prints_a_leaderboard(
    settings: TrainerSettings,
) -> None:
    result = CliRunner().invoke(train, ["logistic", "--rows", "1000"], catch_exceptions=False)
    assert "Leaderboard (" in result.output
    assert "logistic v1" in result.output
    (version,) = Versions(settings).all()
    assert version.tags[DIGEST_TAG]
    client = mlflow.MlflowClient(settings.mlflow_tracking_uri)
    run = client.get_run(version.run_id)
    assert {"accuracy", "macro_f1", "roc_auc", "log_loss", "calibration_error"} <= set(
        run.data.metrics
    )
    assert "speed.tweets_per_second" in run.data.metrics
    files = {file.path for file in client.list_artifacts(version.run_id)}
    assert {"reliability.png", "confusion.png", "evaluation.json", "data.json"} <= files
    contexts = {tag.value for data in run.inputs.dataset_inputs for tag in data.tags}
    assert contexts == {"train", "validation", "test"}
    assert Versions(settings).champion() is None
    assert not list(settings.training_dir.glob("*"))


class Interrupted(Logistic):
    """A candidate during whose training a person presses Ctrl-C."""

    def fit(self, split: Split, run: Context) -> FittedLogistic:
        raise KeyboardInterrupt


def test_ctrl_c_leaves_the_registry_as_it_was_and_the_next_call_takes_what_was_finished(
    settings: TrainerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts, console = split(made_up_tweets(600)), Console(quiet=True)
    with pytest.raises(KeyboardInterrupt):
        train_all([Logistic(), Interrupted(name="second")], parts, settings, console)
    assert Versions(settings).all() == []
    finished = next(settings.training_dir.glob("logistic-*/artefact/model.onnx"))
    made = finished.stat().st_mtime_ns
    again = train_all([Logistic()], parts, settings, console)
    assert finished.stat().st_mtime_ns == made
    assert again[0].evaluation.accuracy > 0.9


def two_trained(settings: TrainerSettings) -> tuple[list[Trained], Split]:
    small, parts = Logistic(pair_buckets=16, run_buckets=16), split(made_up_tweets(300))
    both = [small, replace(small, name="second")]
    return train_all(both, parts, settings, Console(quiet=True)), parts


def at_the_second_version(versions: Versions, happening: Callable[[], object]) -> None:
    """Let something happen right before the registry makes its second version."""
    create = versions._client.create_model_version
    calls = []

    def counted(*arguments: object, **named: object) -> object:
        calls.append(arguments)
        if len(calls) == 2:
            happening()
        return create(*arguments, **named)

    versions._client.create_model_version = counted


def test_ctrl_c_while_the_second_is_logged_leaves_the_registry_as_it_was(
    settings: TrainerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first, second), parts = two_trained(settings)

    def pressed(one: Trained, *rest: Any) -> Evidence:
        if one is second:
            raise KeyboardInterrupt
        return evidence(one, *rest)

    monkeypatch.setattr(training, "evidence", pressed)
    with pytest.raises(KeyboardInterrupt):
        register_all([first, second], parts, Versions(settings))
    assert Versions(settings).all() == []
    assert first.folder.is_dir()


@pytest.fixture
def _ctrl_c_is_heard() -> Iterator[None]:
    """As in a terminal; what a shell starts in the background is deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_ctrl_c_is_heard")
def test_ctrl_c_while_versions_are_made_comes_too_late_and_no_rerun_makes_them_twice(
    settings: TrainerSettings,
) -> None:
    trained, parts = two_trained(settings)
    versions = Versions(settings)
    at_the_second_version(versions, lambda: signal.raise_signal(signal.SIGINT))
    assert list(register_all(trained, parts, versions)) == ["1", "2"]
    assert not list(settings.training_dir.glob("*"))
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_registry_that_fails_at_the_second_version_keeps_none(settings: TrainerSettings) -> None:
    trained, parts = two_trained(settings)
    versions = Versions(settings)
    at_the_second_version(versions, lambda: 1 / 0)
    with pytest.raises(RegistryError, match=r"MLflow at .* could not do this"):
        register_all(trained, parts, versions)
    assert versions.all() == []
    assert all(one.folder.is_dir() for one in trained)


def test_a_server_that_does_not_answer_is_noticed_before_anything_is_trained(
    settings: TrainerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(RegistryError, match="MLFLOW_TRACKING_URI"):
        CliRunner().invoke(train, ["logistic", "--rows", "500"], catch_exceptions=False)
    assert not settings.training_dir.exists()


def test_a_registry_that_fails_at_the_end_costs_no_leaderboard_and_the_next_call_registers(
    settings: TrainerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["logistic", "--rows", "500"]
    with monkeypatch.context() as broken:
        broken.setattr(Versions, "_make_version", lambda *_: 1 / 0)
        result = CliRunner().invoke(train, arguments)
    assert "Leaderboard (" in result.output
    assert isinstance(result.exception, RegistryError)
    assert "run the same command to register them" in str(result.exception)
    again = CliRunner().invoke(train, arguments, catch_exceptions=False)
    assert "trained already" in again.output
    assert [one.version for one in Versions(settings).all()] == ["1"]


def test_only_verdicts_that_are_added_are_counted_as_added(
    settings: TrainerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = split(made_up_tweets())
    verdicts = joined([parts.test.take(np.arange(3)), parts.train.take(np.arange(2))])
    monkeypatch.setattr("trainer.data.feedback.read_feedback", lambda *_: verdicts)
    monkeypatch.setattr(Logistic, "fit", Interrupted.fit)
    result = CliRunner().invoke(train, ["logistic", "--with-feedback"])
    assert "2 verdicts of people are added to the training part; 3 more" in result.output


def test_ctrl_c_ends_the_command_with_130_and_a_sentence(
    settings: TrainerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logistic.Logistic, "fit", Interrupted.fit)
    result = CliRunner().invoke(train, ["logistic"])
    assert result.exit_code == 130
    assert "nothing new is registered" in result.output
    assert Versions(settings).all() == []


def test_an_unknown_candidate_is_refused_with_the_names_there_are(
    settings: TrainerSettings,
) -> None:
    with pytest.raises(TrainingError, match="expected candidates among logistic, lstm"):
        CliRunner().invoke(train, ["forest"], catch_exceptions=False)


@pytest.mark.skipif(
    find_spec("keras") is None, reason="Keras is not installed; `make install-keras` brings it"
)
def test_a_candidate_that_lacks_its_data_says_how_to_get_it(settings: TrainerSettings) -> None:
    with pytest.raises(TrainingError, match=r"populate_data\.sh --glove"):
        CliRunner().invoke(train, ["lstm"], catch_exceptions=False)


@pytest.mark.parametrize("rows", ["all negative", "eight", "none"])
def test_data_that_nothing_can_be_learned_from_is_refused_before_the_training(
    settings: TrainerSettings, rows: str
) -> None:
    tweets = made_up_tweets(400)
    targets = {"all negative": [0] * 400, "eight": [0, 4] * 4, "none": []}[rows]
    settings.data_dir.mkdir()
    with (settings.data_dir / SENTIMENT140).open("w", encoding="utf-8", newline="") as file:
        for target, text in zip(targets, tweets.texts, strict=False):
            csv.writer(file).writerow([target, "", "", "", "", text])
    with pytest.raises(DataError, match="expected training rows of both labels"):
        CliRunner().invoke(train, ["logistic"], catch_exceptions=False)
    assert Versions(settings).all() == []
