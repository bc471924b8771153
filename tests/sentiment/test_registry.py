"""A registry is input: what it says leads nowhere else, and what it gives is checked."""

import json
import time
from pathlib import Path
from threading import Event, Thread

import onnx
import pytest
from mlflow.exceptions import MlflowException

from sentiment import artefact
from sentiment.download import disk_fault
from sentiment.errors import ArtefactError, GoldenSetError, StoppedError, TooSlowError
from sentiment.registry import Pointer, Registry, require_runnable
from sentiment.scorer import ModelVersion
from sentiment.settings import Settings
from sentiment.version_check import check_version
from tests.artefacts import make_artefact
from tests.sentiment.graphs import write_endless

MODEL = ModelVersion("toy", "7", "0" * 16)


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(Settings(mlflow_tracking_uri="http://127.0.0.1:9", models_dir=tmp_path))


@pytest.mark.parametrize(
    ("version", "digest"),
    [
        ("7", "{digest}/../../../victim"),
        ("7", "../../victim"),
        ("7", "/etc"),
        ("7", "0" * 15),
        ("7", "0" * 17),
        ("7", "G" * 16),
        ("7", "ABCDEF0123456789"),
        ("7", "0" * 15 + "\n"),
        ("../../victim", "0" * 16),
        ("", "0" * 16),
        ("7/../..", ""),
        ("\u0667", "0" * 16),
    ],
)
def test_a_version_that_would_lead_elsewhere_is_refused_and_removes_nothing(
    registry: Registry, tmp_path: Path, version: str, digest: str
) -> None:
    victim = make_artefact(tmp_path / "victim")
    (victim / "more").write_text("of value")
    copy = make_artefact(tmp_path / "sentiment" / "7-0000000000000000")
    digest = digest.format(digest=artefact.digest(copy))
    with pytest.raises(ArtefactError, match="expected"):
        registry.fetch(Pointer(1, version, digest))
    assert (victim / "more").read_text() == "of value"
    assert artefact.digest(copy)


def test_forgetting_old_copies_follows_no_link(registry: Registry, tmp_path: Path) -> None:
    victim = make_artefact(tmp_path / "victim")
    folder = tmp_path / "sentiment"
    folder.mkdir()
    for number in range(9):
        (folder / f"{number}-link").symlink_to(victim, target_is_directory=True)
    registry.keep(Pointer(1, "9", "0" * 16))
    assert artefact.digest(victim)


@pytest.mark.parametrize(
    "content",
    [
        {"change": 1, "version": "../..", "digest": ""},
        {"change": 1, "version": 7, "digest": "0" * 16},
        {"change": 1, "version": "7", "digest": "../../victim"},
        {"change": 1, "version": "7", "digest": 7},
        {"version": "7"},
        [],
    ],
)
def test_a_last_good_version_that_would_lead_elsewhere_is_none(
    registry: Registry, tmp_path: Path, content: object
) -> None:
    (tmp_path / "sentiment").mkdir()
    (tmp_path / "sentiment" / "last-good.json").write_text(json.dumps(content))
    assert registry.last_good() is None


def test_a_version_without_a_digest_does_not_run() -> None:
    with pytest.raises(ArtefactError, match=r"no tag badbuzz\.digest"):
        require_runnable(Pointer(1, "7", ""))
    require_runnable(Pointer(1, "7", "0" * 16))


def test_every_file_of_an_artefact_is_in_its_digest_or_it_is_refused(tmp_path: Path) -> None:
    folder = make_artefact(tmp_path / "toy")
    artefact.require_whole(folder)
    (folder / "model.onnx.data").write_bytes(b"weights")
    with pytest.raises(ArtefactError, match=r"got also model\.onnx\.data"):
        artefact.require_whole(folder)


def test_a_link_is_refused(tmp_path: Path) -> None:
    folder = make_artefact(tmp_path / "toy")
    (folder / artefact.TOKENIZER).rename(tmp_path / "tokenizer.json")
    (folder / artefact.TOKENIZER).symlink_to(tmp_path / "tokenizer.json")
    with pytest.raises(ArtefactError, match="alone"):
        artefact.require_whole(folder)


def test_weights_outside_of_the_graph_are_refused_wherever_they_lie(tmp_path: Path) -> None:
    folder = make_artefact(tmp_path / "toy")
    graph = folder / artefact.GRAPH
    model = onnx.load(graph)
    onnx.save(model, graph, save_as_external_data=True, location="weights", size_threshold=0)
    (folder / "weights").rename(tmp_path / "weights")
    with pytest.raises(ArtefactError, match="weights inside"):
        artefact.require_whole(folder)
    spelled = graph.read_bytes().replace(b"\n\x08location", b"\n\x88\x00location")
    graph.write_bytes(spelled)
    with pytest.raises(ArtefactError, match="weights inside"):
        artefact.require_whole(folder)


def test_a_version_that_answers_as_it_did_passes(tmp_path: Path) -> None:
    check_version(make_artefact(tmp_path), MODEL, 60)


def test_a_version_that_never_answers_is_ended_in_time(tmp_path: Path) -> None:
    folder = make_artefact(tmp_path)
    write_endless(folder / artefact.GRAPH)
    started = time.monotonic()
    with pytest.raises(TooSlowError, match="MODEL_CHECK_SECONDS"):
        check_version(folder, MODEL, 6)
    assert time.monotonic() - started < 30


def test_a_check_ends_when_the_process_does(tmp_path: Path) -> None:
    folder = make_artefact(tmp_path)
    write_endless(folder / artefact.GRAPH)
    stopped, ended = Event(), []

    def check() -> None:
        with pytest.raises(StoppedError):
            check_version(folder, MODEL, 60, stopped)
        ended.append(time.monotonic())

    thread = Thread(target=check)
    thread.start()
    stopped.set()
    thread.join(20)
    assert ended


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"golden": []}, ArtefactError, "version 7 has no golden set"),
        ({"band": (0.0, 0.01)}, GoldenSetError, "does not reproduce its golden set"),
    ],
)
def test_what_the_check_finds_is_told_as_it_is(
    tmp_path: Path, changes: dict[str, object], error: type[Exception], says: str
) -> None:
    folder = make_artefact(tmp_path)
    artefact.write_card(folder, artefact.read_card(folder).model_copy(update=changes))
    with pytest.raises(error, match=says):
        check_version(folder, MODEL, 60)


def test_a_damaged_graph_is_refused(tmp_path: Path) -> None:
    folder = make_artefact(tmp_path)
    (folder / artefact.GRAPH).write_bytes(b"no graph")
    with pytest.raises(ArtefactError, match="expected an ONNX graph"):
        check_version(folder, MODEL, 60)


def test_a_full_disk_is_named_whoever_wraps_the_error() -> None:
    full = OSError(28, "No space left on device")
    said = MlflowException(f"The following failures occurred while downloading: {{'a': {full!r}}}")
    wrapped = RuntimeError("download failed")
    wrapped.__cause__ = full
    assert disk_fault(full) == disk_fault(said) == disk_fault(wrapped) == "No space left on device"
    assert disk_fault(ConnectionError("refused")) is None
    assert disk_fault(None) is None
