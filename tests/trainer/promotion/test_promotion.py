"""Promotion and rollback in a real MLflow, between toy versions of known worth."""

import csv
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from mlflow import MlflowClient

from infra.local.mlflow import LocalMlflow
from sentiment import artefact
from sentiment.errors import ArtefactError, PromotionError, RegistryError
from sentiment.registry import CHANGE_TAG, Registry
from tests.artefacts import make_artefact
from tests.registered import registered as version_of
from trainer.commands.promote import MOVE_TAG, PREVIOUS_TAG, ROLLBACK_TAG, promote, rollback
from trainer.data.tweets import SENTIMENT140
from trainer.registry.register import Versions
from trainer.registry.versions import open_version
from trainer.settings import TrainerSettings

pytestmark = pytest.mark.live

LAX = ["--calibration-error", "1", "--min-throughput", "0", "--slice-drop", "1"]


@pytest.fixture
def settings(
    mlflow_server: LocalMlflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> TrainerSettings:
    """A registry of the test's own, and data whose right answers the toy with bias 0 knows."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow_server.uri)
    monkeypatch.setenv("BADBUZZ_MODEL_NAME", f"promotion-{tmp_path.name}")
    monkeypatch.setenv("BADBUZZ_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("BADBUZZ_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    with (tmp_path / SENTIMENT140).open("w", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        for number in range(1_000):
            word = "great" if number % 2 else "awful"
            writer.writerow(
                [4 * (number % 2), number, "", "", "", f"number {number} is not so {word}"]
            )
    return TrainerSettings()


def registered(settings: TrainerSettings, folder: Path, bias: float) -> str:
    return version_of(Versions(settings), make_artefact(folder / f"bias{bias}", bias=bias))


def invoke(command: object, *arguments: str) -> str:
    result = CliRunner().invoke(command, list(arguments), catch_exceptions=False)
    return " ".join(result.output.split())


def test_a_better_version_is_promoted_with_its_evidence_and_rolled_back_again(
    settings: TrainerSettings, tmp_path: Path
) -> None:
    versions = Versions(settings)
    worse, better = (registered(settings, tmp_path, bias) for bias in (5, 0))
    versions.point(worse)
    output = invoke(promote, *LAX)
    assert "McNemar p = " in output
    assert Registry(settings).pointer().version == better
    tags = versions.champion().tags
    assert tags[PREVIOUS_TAG] == worse
    assert re.fullmatch(
        rf"won over version {worse} on 20.* UTC by \+\d\d\.\d\d% accuracy \(McNemar p = .*\)",
        tags[MOVE_TAG],
    )
    assert tags[CHANGE_TAG] == "2"
    output = invoke(rollback)
    assert f"Version {worse} is the champion again (move 3)" in output
    assert Registry(settings).pointer().change == 3
    assert versions.champion().tags[ROLLBACK_TAG].startswith(f"rolled back from version {better}")
    left = versions.find(better).tags
    assert left[ROLLBACK_TAG].startswith(f"gave way to version {worse} on 20")
    assert left[MOVE_TAG].startswith("won over")


def test_a_folder_for_versions_that_cannot_be_written_is_named_with_its_setting(
    settings: TrainerSettings, tmp_path: Path
) -> None:
    number = registered(settings, tmp_path, 0)
    # A file where a folder is expected: root, too, cannot write into it.
    settings.models_dir.write_text("")
    with pytest.raises(RegistryError, match=f"version {number} .*BADBUZZ_MODELS_DIR") as caught:
        open_version(settings, number)
    assert str(settings.models_dir) in str(caught.value)


def test_a_worse_version_is_refused_and_the_alias_stays(
    settings: TrainerSettings, tmp_path: Path
) -> None:
    good = registered(settings, tmp_path, 0)
    Versions(settings).point(good)
    worse = registered(settings, tmp_path, 5)
    with pytest.raises(PromotionError, match=r"better on the test part: accuracy -\d+"):
        invoke(promote, worse, *LAX)
    assert Registry(settings).pointer().version == good


def test_an_equal_version_is_refused_because_it_does_not_win(
    settings: TrainerSettings, tmp_path: Path
) -> None:
    Versions(settings).point(registered(settings, tmp_path, 0))
    equal = registered(settings, tmp_path, 0.01)
    with pytest.raises(PromotionError, match="McNemar p = 1 "):
        invoke(promote, equal, *LAX)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--min-throughput", "1e12"], "fast: .* tweets/s"),
        (["--calibration-error", "0.001"], "calibrated: calibration error"),
    ],
)
def test_a_better_version_that_breaks_another_rule_is_refused_with_that_reason(
    settings: TrainerSettings, tmp_path: Path, options: list[str], reason: str
) -> None:
    worse = registered(settings, tmp_path, 5)
    Versions(settings).point(worse)
    registered(settings, tmp_path, 0)
    with pytest.raises(PromotionError, match=reason):
        invoke(promote, *LAX, *options)
    assert Registry(settings).pointer().version == worse


def test_a_version_that_loses_on_a_slice_is_refused_though_it_wins_overall(
    settings: TrainerSettings, tmp_path: Path
) -> None:
    """The toy with bias 5 calls all negative: right wherever a slice holds negative texts only."""
    with (tmp_path / SENTIMENT140).open("w", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        for number in range(2_000):
            writer.writerow([4, number, "", "", "", f"number {number} is one of the great ones"])
            writer.writerow([0, number, "", "", "", f"waaait {number} for me and then for you"])
    Versions(settings).point(registered(settings, tmp_path, 5))
    registered(settings, tmp_path, -0.5)
    with pytest.raises(PromotionError, match=r"no slice worse: largest loss 100\.00%"):
        invoke(promote, *LAX, "--margin", "0", "--significance", "1", "--slice-drop", "0.02")


def test_only_the_number_of_a_version_is_judged(settings: TrainerSettings, tmp_path: Path) -> None:
    Versions(settings).point(registered(settings, tmp_path, 0))
    for wanted in ("champion", "99", str(tmp_path / "bias0")):
        with pytest.raises(RegistryError, match=f"expected the number of a version.*'{wanted}'"):
            invoke(promote, wanted, *LAX)


def test_a_limit_that_cannot_be_is_refused_with_its_option() -> None:
    with pytest.raises(PromotionError, match=r"--slice-drop: .* greater than .*, got -1\.0"):
        invoke(promote, "--slice-drop", "-1")


def test_a_damaged_golden_set_refuses(settings: TrainerSettings, tmp_path: Path) -> None:
    Versions(settings).point(registered(settings, tmp_path, 5))
    folder = make_artefact(tmp_path / "other", bias=0)
    card = (folder / "card.json").read_text()
    make_artefact(tmp_path / "other", bias=1)
    (folder / "card.json").write_text(card)
    version_of(Versions(settings), folder)
    with pytest.raises(PromotionError, match=r"golden set: .* does not reproduce its golden set"):
        invoke(promote, *LAX)


def test_a_version_without_a_golden_set_is_refused(
    settings: TrainerSettings, tmp_path: Path
) -> None:
    folder = make_artefact(tmp_path / "bare")
    artefact.write_card(folder, artefact.read_card(folder).model_copy(update={"golden": []}))
    version_of(Versions(settings), folder)
    with pytest.raises(PromotionError, match="golden set: it is empty"):
        invoke(promote, *LAX)


def test_the_first_champion_needs_nobody_to_win_over_and_cannot_be_rolled_back(
    settings: TrainerSettings, tmp_path: Path
) -> None:
    number = registered(settings, tmp_path, 0)
    assert f"Version {number} is the champion: first champion" in invoke(promote, *LAX)
    with pytest.raises(RegistryError, match="that replaced another one"):
        invoke(rollback)


def registered_with_a_layout_that_is_gone(settings: TrainerSettings, folder: Path) -> str:
    made = make_artefact(folder / "old", bias=5)
    card = made / artefact.CARD
    card.write_text(card.read_text().replace('"ragged"', '"exact"'))
    return version_of(Versions(settings), made, {})


def test_a_champion_that_cannot_be_opened_is_replaced_and_stays_known_to_a_rollback(
    settings: TrainerSettings, tmp_path: Path
) -> None:
    versions = Versions(settings)
    good = registered(settings, tmp_path, 0)
    old = registered_with_a_layout_that_is_gone(settings, tmp_path)
    versions.point(old)
    output = invoke(promote, good, *LAX)
    assert f"The champion, version {old}, cannot be opened (expected a model card" in output
    assert f"Version {good} against no champion" in output
    tags = versions.champion().tags
    assert versions.champion().version == good
    assert tags[PREVIOUS_TAG] == old
    assert tags[MOVE_TAG].startswith(f"took the place of version {old}, which cannot be opened, on")


def test_a_version_that_cannot_be_opened_is_not_promoted(
    settings: TrainerSettings, tmp_path: Path
) -> None:
    good = registered(settings, tmp_path, 0)
    Versions(settings).point(good)
    old = registered_with_a_layout_that_is_gone(settings, tmp_path)
    with pytest.raises(ArtefactError, match="expected a model card"):
        invoke(promote, old, *LAX)
    assert Registry(settings).pointer().version == good


def test_a_rollback_to_a_version_that_was_deleted_changes_nothing(
    settings: TrainerSettings, tmp_path: Path
) -> None:
    versions = Versions(settings)
    worse, better = (registered(settings, tmp_path, bias) for bias in (5, 0))
    versions.point(worse)
    invoke(promote, better, *LAX)
    client = MlflowClient(settings.mlflow_tracking_uri, settings.mlflow_tracking_uri)
    client.delete_model_version(settings.model_name, worse)
    before = versions.champion().tags
    with pytest.raises(RegistryError, match=f"expected version {worse} of .*, which .*, got none"):
        invoke(rollback)
    assert versions.champion().version == better
    assert versions.champion().tags == before
