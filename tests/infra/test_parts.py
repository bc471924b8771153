"""The table of parts: what runs for which settings, after what, and what a person is told."""

from pathlib import Path

import pytest

from infra.local import parts as table
from infra.local.addresses import address_lines, kafka_brokers, mlflow_uri
from infra.local.parts import stack_env, stack_parts
from infra.local.service import Task
from infra.local.settings import StackSettings
from sentiment.errors import StackError


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _names(settings: StackSettings) -> list[str]:
    return [part.name for part in stack_parts(settings)]


def test_parts_stop_in_the_reverse_order_of_this_table() -> None:
    Path("populate_data.sh").touch()
    assert _names(StackSettings()) == [
        *("data", "kafka", "mlflow", "topics", "train", "worker", "api", "replay")
    ]


def test_worker_and_api_wait_for_the_topics_and_the_first_champion() -> None:
    parts = {part.name: part for part in stack_parts(StackSettings())}
    assert set(parts["worker"].after) == set(parts["api"].after) == {"topics", "train"}
    assert parts["topics"].after == ["kafka"]
    assert parts["train"].after == ["mlflow"]
    assert set(parts["replay"].after) == {"worker", "api"}


def test_services_that_the_settings_name_elsewhere_are_not_started() -> None:
    settings = StackSettings(KAFKA_BROKERS="kafka:9092", MLFLOW_TRACKING_URI="http://mlflow:5000")
    assert {"kafka", "mlflow"}.isdisjoint(_names(settings))
    env = stack_env(settings)
    assert env["KAFKA_BROKERS"] == "kafka:9092"
    assert env["MLFLOW_TRACKING_URI"] == "http://mlflow:5000"


@pytest.mark.parametrize("setting", ["webhook_url", "smtp_host"])
def test_alerts_are_sent_only_where_the_settings_say_whereto(setting: str) -> None:
    assert "notify" not in _names(StackSettings(**{setting: ""}))
    (notify,) = stack_parts(StackSettings(**{setting: "http://receiver"}), ["notify"])
    assert list(notify.command())[1:] == ["notify"]
    assert not notify.required


def test_moved_ports_reach_every_command() -> None:
    settings = StackSettings(KAFKA_PORT=19092, MLFLOW_PORT=15000)
    assert kafka_brokers(settings) == "127.0.0.1:19092"
    assert mlflow_uri(settings) == "http://127.0.0.1:15000"
    for part in stack_parts(settings, ["topics", "train", "worker", "api", "replay"]):
        assert part.env["KAFKA_BROKERS"] == "127.0.0.1:19092"
        assert part.env["MLFLOW_TRACKING_URI"] == "http://127.0.0.1:15000"


def test_the_download_is_bounded_in_time_and_not_needed() -> None:
    Path("populate_data.sh").touch()
    (data,) = stack_parts(StackSettings(data_seconds=7), ["data"])
    assert isinstance(data, Task)
    assert data.timeout_s == 7
    assert not data.required
    assert "made-up sample" in data.otherwise


def test_no_download_is_tried_where_its_time_is_set_to_nothing() -> None:
    Path("populate_data.sh").touch()
    assert "data" not in _names(StackSettings(data_seconds=0))


def test_prometheus_runs_where_both_its_program_and_its_configuration_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert "prometheus" not in _names(StackSettings())
    table.PROMETHEUS_CONFIG.parent.mkdir(parents=True)
    table.PROMETHEUS_CONFIG.touch()
    (prometheus,) = stack_parts(StackSettings(PROMETHEUS_PORT=19090), ["prometheus"])
    assert "--web.listen-address=127.0.0.1:19090" in prometheus.command()
    assert not prometheus.required


def test_an_unknown_part_is_answered_with_those_there_are() -> None:
    with pytest.raises(StackError, match=r"no part is called kafak; there are kafka, mlflow"):
        stack_parts(StackSettings(), ["kafak"])


def test_the_addresses_name_what_runs_and_what_is_elsewhere_and_nothing_else() -> None:
    settings = StackSettings(KAFKA_BROKERS="kafka:9092", api_port=8001)
    lines = address_lines(settings, {"api"}, "not installed")
    assert "http://127.0.0.1:8001/openapi.json" in lines
    assert "kafka:9092" in lines
    assert "MLflow" not in lines


def test_the_addresses_say_how_to_get_prometheus_where_it_is_missing() -> None:
    assert "apt-get" in address_lines(StackSettings(), {"worker"}, "apt-get install prometheus")


def test_the_password_of_mlflow_goes_to_the_parts_and_is_not_shown() -> None:
    settings = StackSettings(MLFLOW_TRACKING_URI="http://me:hunter2@mlflow:5000")
    assert stack_env(settings)["MLFLOW_TRACKING_URI"] == "http://me:hunter2@mlflow:5000"
    lines = address_lines(settings, {"api"}, "not installed")
    assert "http://mlflow:5000" in lines
    assert "hunter2" not in lines
