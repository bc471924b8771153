"""The version that runs, followed in a real registry."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient

from infra.local.mlflow import LocalMlflow
from infra.local.ports import free_port
from sentiment import artefact
from sentiment.champion import Champion
from sentiment.errors import ArtefactError, RegistryError
from sentiment.registry import DIGEST_TAG, Pointer, Registry
from sentiment.scorer import ModelVersion
from sentiment.settings import Settings
from tests.artefacts import make_artefact
from tests.registered import registered
from tests.sentiment.graphs import write_endless
from trainer.registry.register import Versions
from trainer.settings import TrainerSettings

pytestmark = pytest.mark.live

NAME = "followed"
NEUTRAL = "a fact"


@dataclass
class Model:
    """A registered model with four versions.

    Attributes:
        good: p_negative of a neutral text is 0.5.
        other: p_negative of a neutral text is 0.95.
        bad: does not reproduce its golden set.
        forged: its tag names another digest than its artefact has.
    """

    uri: str
    versions: Versions
    good: str
    other: str
    bad: str
    forged: str


@pytest.fixture(scope="module")
def model(mlflow_server: LocalMlflow, tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("artefacts")
    uri = mlflow_server.uri
    good, other, bad = (make_artefact(folder / str(bias), bias) for bias in (0, 3, 1))
    card = artefact.read_card(bad)
    golden = [one.model_copy(update={"p_negative": 0.123}) for one in card.golden]
    artefact.write_card(bad, card.model_copy(update={"golden": golden}))
    versions = Versions(TrainerSettings(mlflow_tracking_uri=uri, model_name=NAME))
    numbers = [registered(versions, path) for path in (good, other, bad)]
    numbers.append(registered(versions, good, {DIGEST_TAG: "0" * 16}))
    return Model(uri, versions, *numbers)


@pytest.fixture
def _mlflow_elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """MLflow's own variables and globals name a server that is not there."""
    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"):
        monkeypatch.setenv(name, nowhere())
    mlflow.set_tracking_uri(nowhere())
    mlflow.set_registry_uri(nowhere())
    yield
    mlflow.set_tracking_uri(before[0])
    mlflow.set_registry_uri(before[1])


@dataclass
class Told:
    """What a champion said."""

    swaps: list[ModelVersion] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)


Made = tuple[Champion, Told]


@pytest.fixture
def follow(model: Model, tmp_path: Path) -> Callable[..., Made]:
    """Makes a champion, as a process that starts; all share this test's folder of models."""

    def make(uri: str = model.uri) -> Made:
        told = Told()
        settings = Settings(
            mlflow_tracking_uri=uri, model_name=NAME, models_dir=tmp_path, scorer_threads=1
        )
        return Champion(settings, told.swaps.append, lambda *a: told.refusals.append(a)), told

    return make


def p_negative(champion: Champion) -> float:
    return float(champion.current.scorer.score([NEUTRAL]).p_negative[0])


def nowhere() -> str:
    """The address of an MLflow that is down."""
    return f"http://127.0.0.1:{free_port()}"


def damage(folder: Path) -> None:
    """Spoil the one copy that is kept there."""
    (graph,) = folder.rglob(artefact.GRAPH)
    graph.write_bytes(b"damaged")


async def test_a_moved_alias_is_followed_and_told_once(
    model: Model, follow: Callable[..., Made]
) -> None:
    champion, told = follow()
    model.versions.point(model.good)
    await champion.start()
    assert p_negative(champion) == pytest.approx(0.5)
    change = model.versions.point(model.other)
    for _ in range(3):
        await champion.refresh()
    assert p_negative(champion) == pytest.approx(0.953, abs=1e-3)
    assert [swapped.version for swapped in told.swaps] == [model.good, model.other]
    pointer = champion.current.pointer
    assert (pointer.version, pointer.change) == (model.other, change)
    assert champion.current.scorer.model == ModelVersion(NAME, model.other, pointer.digest)
    assert told.refusals == []


@pytest.mark.parametrize(
    "refusal",
    [
        ("bad", "GoldenSetError", "does not reproduce its golden set"),
        ("forged", "ArtefactError", "was changed after it was registered"),
    ],
    ids=lambda refusal: refusal[0],
)
async def test_a_refused_version_is_told_once_and_the_old_one_goes_on(
    refusal: tuple[str, str, str],
    model: Model,
    follow: Callable[..., Made],
    caplog: pytest.LogCaptureFixture,
) -> None:
    version, error, says = refusal
    champion, told = follow()
    model.versions.point(model.good)
    await champion.start()
    refused = getattr(model, version)
    model.versions.point(refused)
    for _ in range(3):
        await champion.refresh()
    assert told.refusals == [(refused, error)]
    assert [r.message for r in caplog.records if r.levelname == "ERROR" and says in r.message]
    assert champion.current.pointer.version == model.good
    model.versions.point(model.other)
    await champion.refresh()
    assert champion.current.pointer.version == model.other


def wrong(folder: Path, fault: str) -> Path:
    """An artefact with one thing wrong."""
    made = make_artefact(folder / fault)
    if fault == "endless":
        write_endless(made / artefact.GRAPH)
    elif fault == "more":
        (made / "model.onnx.data").write_bytes(b"weights")
    elif fault == "ungolden":
        artefact.write_card(made, artefact.read_card(made).model_copy(update={"golden": []}))
    return made


@pytest.mark.parametrize(
    ("fault", "digest", "says"),
    [
        ("endless", None, "was not loaded and checked within 8 s"),
        ("more", None, "got also model.onnx.data"),
        ("ungolden", None, "has no golden set"),
        ("untagged", "", "has no tag badbuzz.digest"),
        ("astray", "{}/../../../victim", "expected 16 hexadecimal digits"),
    ],
)
async def test_a_version_that_must_not_run_does_not_hold_up_the_next_one(
    fault: str, digest: str | None, says: str, model: Model, follow: Callable[..., Made],
    tmp_path: Path, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    victim = make_artefact(tmp_path / "victim")
    made = wrong(tmp_path / "made", fault)
    own = artefact.digest(made)
    tags = {DIGEST_TAG: own if digest is None else digest.format(own)}
    number = registered(model.versions, made, tags)
    champion, told = follow()
    champion._settings.model_check_seconds = 8
    model.versions.point(model.good)
    await champion.start()
    model.versions.point(number)
    await champion.refresh()
    assert [version for version, _ in told.refusals] == [number]
    assert any(says in record.message for record in caplog.records)
    model.versions.point(model.other)
    await champion.refresh()
    assert champion.current.pointer.version == model.other
    assert artefact.digest(victim)


async def test_a_version_larger_than_the_settings_allow_is_refused(
    model: Model, follow: Callable[..., Made], caplog: pytest.LogCaptureFixture
) -> None:
    champion, told = follow()
    model.versions.point(model.good)
    await champion.start()
    champion._settings.model_max_mb = 0
    model.versions.point(model.other)
    await champion.refresh()
    assert told.refusals == [(model.other, "ArtefactError")]
    assert any("raise BADBUZZ_MODEL_MAX_MB" in record.message for record in caplog.records)
    assert champion.current.pointer.version == model.good


async def test_a_restart_while_mlflow_is_down_runs_the_last_good_version(
    model: Model, follow: Callable[..., Made]
) -> None:
    before, _ = follow()
    model.versions.point(model.other)
    await before.start()
    champion, told = follow(nowhere())
    await champion.start()
    assert champion.current.pointer == before.current.pointer
    assert p_negative(champion) == pytest.approx(0.953, abs=1e-3)
    with pytest.raises(RegistryError, match="does not answer"):
        await champion.refresh()
    assert p_negative(champion) == pytest.approx(0.953, abs=1e-3)
    assert len(told.swaps) == 1


async def test_a_restart_on_a_refused_champion_runs_the_last_good_version(
    model: Model, follow: Callable[..., Made]
) -> None:
    before, _ = follow()
    model.versions.point(model.good)
    await before.start()
    model.versions.point(model.bad)
    champion, told = follow()
    await champion.start()
    assert champion.current.pointer.version == model.good
    assert told.refusals == [(model.bad, "GoldenSetError")]


async def test_a_first_start_without_a_version_says_what_is_missing(
    model: Model, follow: Callable[..., Made]
) -> None:
    down, _ = follow(nowhere())
    with pytest.raises(RegistryError, match="MLFLOW_TRACKING_URI"):
        await down.start()
    assert not down.loaded
    with pytest.raises(RegistryError, match="no model version is loaded"):
        _ = down.current
    refused, _ = follow()
    model.versions.point(model.bad)
    with pytest.raises(ArtefactError, match=f"version {model.bad}, was refused"):
        await refused.start()


async def test_a_damaged_copy_on_this_disk_is_fetched_anew(
    model: Model, follow: Callable[..., Made], tmp_path: Path
) -> None:
    model.versions.point(model.good)
    champion, _ = follow()
    await champion.start()
    damage(tmp_path)
    again, told = follow()
    await again.start()
    assert p_negative(again) == pytest.approx(0.5)
    assert told.refusals == []


async def test_a_damaged_copy_while_mlflow_is_down_is_never_run(
    model: Model, follow: Callable[..., Made], tmp_path: Path
) -> None:
    model.versions.point(model.good)
    champion, _ = follow()
    await champion.start()
    damage(tmp_path)
    down, _ = follow(nowhere())
    with pytest.raises(RegistryError, match="does not answer"):
        await down.start()
    assert not down.loaded


async def test_a_takeover_loads_what_the_former_owner_ran(
    model: Model, follow: Callable[..., Made]
) -> None:
    champion, _ = follow()
    model.versions.point(model.good)
    await champion.start()
    older = champion.current.pointer
    model.versions.point(model.other)
    newer = Registry(champion._settings).pointer()
    assert await champion.at_least(newer)
    assert champion.current.pointer == newer
    assert await champion.at_least(older)
    assert champion.current.pointer == newer


async def test_a_takeover_while_mlflow_is_down_goes_on_with_what_this_disk_holds_or_waits(
    model: Model, follow: Callable[..., Made], tmp_path: Path
) -> None:
    model.versions.point(model.other)
    await follow()[0].start()
    newer = Registry(follow()[0]._settings).pointer()
    older = replace(newer, change=newer.change - 1)
    down, _ = follow(nowhere())
    await down.start()
    assert await down.at_least(older)
    assert not await down.at_least(Pointer(newer.change + 1, "99", "f" * 16))
    assert down.current.pointer == newer
    known = Pointer(newer.change + 2, newer.version, newer.digest)
    assert await down.at_least(known)
    assert down.current.pointer == known
    shutil.rmtree(tmp_path / NAME)
    assert await down.at_least(older)


def test_a_model_or_alias_that_is_not_there_is_named_with_the_command_that_makes_it(
    model: Model, tmp_path: Path
) -> None:
    settings = Settings(mlflow_tracking_uri=model.uri, model_name="absent", models_dir=tmp_path)
    with pytest.raises(RegistryError, match=r"registered model absent .*badbuzz train"):
        Registry(settings).pointer()
    guarded = settings.model_copy(
        update={"mlflow_tracking_uri": model.uri.replace("://", "://me:hunter2@")}
    )
    with pytest.raises(RegistryError, match=f"at {model.uri}, got none"):
        Registry(guarded).pointer()
    no_alias = settings.model_copy(update={"model_name": NAME, "model_alias": "absent"})
    with pytest.raises(RegistryError, match=r"alias absent .*badbuzz train"):
        Registry(no_alias).pointer()


def test_a_version_is_fetched_from_the_server_that_the_settings_name(
    model: Model, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = make_artefact(tmp_path / "artefact", bias=0.5)
    number = model.versions.register(folder, {})
    request.getfixturevalue("_mlflow_elsewhere")
    registry = Registry(
        Settings(MLFLOW_TRACKING_URI=model.uri, model_name=NAME, models_dir=tmp_path / "models")
    )
    found = registry.fetch(Pointer(0, number, artefact.digest(folder)))
    assert artefact.read_card(found) == artefact.read_card(folder)


def test_a_version_that_badbuzz_did_not_register_is_refused(
    model: Model, mlflow_server: LocalMlflow, tmp_path: Path
) -> None:
    client = MlflowClient(model.uri, model.uri)
    run = client.create_run(client.create_experiment("foreign"))
    (tmp_path / "MLmodel").write_text("flavors: {}\n")
    client.log_artifact(run.info.run_id, str(tmp_path / "MLmodel"), "model")
    client.create_registered_model("foreign")
    made = client.create_model_version("foreign", f"{run.info.artifact_uri}/model", run.info.run_id)
    settings = Settings(
        mlflow_tracking_uri=model.uri, model_name="foreign", models_dir=tmp_path / "models"
    )
    with pytest.raises(ArtefactError, match=r"got none of them; register versions with"):
        Registry(settings).fetch(Pointer(0, str(made.version)))
    assert not list((tmp_path / "models" / "foreign").iterdir())


def test_the_newest_copies_and_the_running_one_are_kept(model: Model, tmp_path: Path) -> None:
    settings = Settings(mlflow_tracking_uri=model.uri, model_name=NAME, models_dir=tmp_path)
    registry = Registry(settings)
    folders = [registry.fetch(Pointer(0, number)) for number in (model.good, model.other)]
    folders += [shutil.copytree(folders[0], tmp_path / NAME / f"{n}-copy") for n in "789"]
    for age, folder in enumerate(reversed(folders)):
        artefact_time = 1_000_000 - age
        os.utime(folder, (artefact_time, artefact_time))
    registry.keep(Pointer(0, model.good))
    kept = {path.name for path in (tmp_path / NAME).iterdir() if path.is_dir()}
    assert kept == {f"{model.good}-untagged", "7-copy", "8-copy", "9-copy"}
    assert registry.last_good() == Pointer(0, model.good)
