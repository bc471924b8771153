"""`badbuzz doctor`: each look by what it finds, and the command's exit code."""

import json
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.doctor import command as doctor
from infra.doctor.finding import Finding, taken
from infra.doctor.machine import clock, disk, kafka_files, machine, ports
from infra.doctor.services import brands, mlflow, service
from infra.local.mlflow import LocalMlflow
from infra.local.ports import LOOPBACK, free_port
from infra.local.settings import StackSettings
from infra.local.state import sole_user
from sentiment.errors import StackError
from sentiment.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StackSettings:
    """Of a stack on free ports, in a folder that is not there yet."""
    names = ("KAFKA_PORT", "MLFLOW_PORT", "BADBUZZ_WEB_PORT", "BADBUZZ_API_PORT")
    for name in names:
        monkeypatch.setenv(name, str(free_port()))
    monkeypatch.setenv("BADBUZZ_STATE_DIR", str(tmp_path / "state"))
    return StackSettings(_env_file=None)


def test_this_machine_can_run_badbuzz() -> None:
    assert machine().state in ("ok", "note")
    assert clock().state == "ok"


def test_a_clock_that_stands_in_the_past_is_found() -> None:
    found = clock(0.0)
    assert (found.state, found.found) == ("act", "1970-01-01 00:00:00 UTC")


def test_a_disk_without_room_is_found_and_no_folder_is_made(settings: StackSettings) -> None:
    assert disk(settings).state == "ok"
    full = settings.model_copy(update={"min_free_mb": 1 << 50})
    found = taken("disk", lambda: disk(full))
    assert found.state == "act"
    assert "BADBUZZ_STATE_DIR" in found.advice
    assert not settings.state_dir.exists()


def test_kafka_that_is_not_fetched_yet_is_told(tmp_path: Path) -> None:
    found = kafka_files(tmp_path)
    assert (found.state, "44 MB" in found.advice) == ("note", True)


@pytest.mark.parametrize(
    ("setting", "state"), [("kafka_port", "act"), ("mlflow_port", "act"), ("api_port", "note")]
)
def test_a_taken_port_is_found_with_its_holder(
    settings: StackSettings, setting: str, state: str
) -> None:
    assert ports(settings).state == "ok"
    with socket.create_server((LOOPBACK, getattr(settings, setting))):
        found = taken("ports", lambda: ports(settings))
    assert found.state == state
    assert setting.removesuffix("_port").upper() in found.found.upper() + found.advice
    assert "process" in found.found


def test_ports_of_the_stack_that_runs_are_its_own(settings: StackSettings) -> None:
    settings.state_dir.mkdir()
    with (
        sole_user(settings.state_dir),
        socket.create_server((LOOPBACK, settings.kafka_port)),
    ):
        assert ports(settings).found.startswith("held by the stack that runs")


def test_brands_are_counted_and_a_broken_file_is_found(tmp_path: Path) -> None:
    file = tmp_path / "brands.json"
    file.write_text('{"acme": {"handles": ["@acme"], "names": []}}')
    settings = Settings(_env_file=None, brands_file=file)
    assert brands(settings, ask_kafka=False).found == "1 of your own"
    file.write_text("{")
    found = taken("brands", partial(brands, settings, ask_kafka=False))
    assert (found.state, "BADBUZZ_BRANDS_FILE" in found.found) == ("act", True)


def test_services_that_do_not_answer_are_found() -> None:
    url = f"http://{LOOPBACK}:{free_port()}"
    for found in (service("api", url), mlflow(Settings(_env_file=None, mlflow_tracking_uri=url))):
        assert (found.state, "answers nothing" in found.found) == ("act", True)


@pytest.mark.live
def test_an_mlflow_that_runs_is_well(mlflow_server: LocalMlflow) -> None:
    settings = Settings(_env_file=None, mlflow_tracking_uri=mlflow_server.uri)
    assert mlflow(settings) == Finding("mlflow", "ok", f"{mlflow_server.uri} answers")


def look(state: str) -> Callable[..., list[tuple[str, Callable[[], Finding]]]]:
    def fails() -> Finding:
        raise StackError("found this. Do that.")

    def fine() -> Finding:
        return Finding("a", "ok" if state == "ok" else "note", "is \x1b[2J here")

    return lambda _: [("a", fails if state == "act" else fine)]


@pytest.mark.parametrize(("state", "code"), [("ok", 0), ("note", 0), ("act", 1)])
def test_the_exit_code_says_whether_somebody_must_act(
    settings: StackSettings, monkeypatch: pytest.MonkeyPatch, state: str, code: int
) -> None:
    monkeypatch.setattr(doctor, "machine_looks", look(state))
    monkeypatch.setattr(doctor, "service_looks", lambda _: [])
    shown = CliRunner().invoke(doctor.command, [], env={"COLUMNS": "80"})
    assert shown.exit_code == code
    assert "\x1b[2J" not in shown.output
    assert ("-> Do that." in shown.output) == (state == "act")
    told = json.loads(CliRunner().invoke(doctor.command, ["--json"]).output)
    assert (told["thing"], told["state"]) == ("a", state)
