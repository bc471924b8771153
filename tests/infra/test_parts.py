"""The table of parts: what runs for which settings, after what, and what a person is told."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from infra.local import parts as table
from infra.local.addresses import address_lines, kafka_brokers, mlflow_uri
from infra.local.parts import stack_env, stack_parts
from infra.local.prometheus import PROMETHEUS_CONFIG
from infra.local.service import Task
from infra.local.settings import StackSettings
from sentiment.errors import StackError

MONITORING = Path(__file__).parents[2] / "monitoring" / "prometheus"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _names(settings: StackSettings) -> list[str]:
    return [part.name for part in stack_parts(settings)]


def test_parts_stop_in_the_reverse_order_of_this_table() -> None:
    Path("populate_data.sh").touch()
    assert _names(StackSettings()) == [
        *("data", "kafka", "mlflow", "topics", "train", "worker", "api", "demo")
    ]


def test_worker_and_api_wait_for_the_topics_and_the_first_champion() -> None:
    parts = {part.name: part for part in stack_parts(StackSettings())}
    assert set(parts["worker"].after) == set(parts["api"].after) == {"topics", "train"}
    assert parts["topics"].after == ["kafka"]
    assert parts["train"].after == ["mlflow"]
    assert set(parts["demo"].after) == {"worker", "api"}


def test_the_demonstration_plays_until_there_are_brands(tmp_path: Path) -> None:
    assert "demo" in _names(StackSettings())
    assert "demo" not in _names(StackSettings(demo=False))
    assert "demo" not in _names(StackSettings(brands_file=tmp_path / "brands.json"))


def test_the_first_champion_waits_for_no_download() -> None:
    Path("populate_data.sh").touch()
    parts = {part.name: part for part in stack_parts(StackSettings())}
    assert parts["train"].after == ["mlflow"]


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


@pytest.fixture
def _monitoring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prometheus is installed, and its files are in this folder."""
    monkeypatch.setattr(table.shutil, "which", lambda name: f"/usr/bin/{name}")
    shutil.copytree(MONITORING, "monitoring/prometheus")


def _prometheus_command(settings: StackSettings) -> Sequence[str]:
    (prometheus,) = stack_parts(settings, ["prometheus"])
    return prometheus.command()


def _config(command: Sequence[str]) -> Path:
    (option,) = [word for word in command if word.startswith("--config.file=")]
    return Path(option.removeprefix("--config.file="))


def _jobs(config: Path) -> dict[str, Any]:
    return {job["job_name"]: job for job in yaml.safe_load(config.read_text())["scrape_configs"]}


def test_moved_ports_reach_every_command() -> None:
    settings = StackSettings(KAFKA_PORT=19092, MLFLOW_PORT=15000)
    assert kafka_brokers(settings) == "127.0.0.1:19092"
    assert mlflow_uri(settings) == "http://127.0.0.1:15000"
    for part in stack_parts(settings, ["topics", "train", "worker", "api", "demo"]):
        assert part.env["KAFKA_BROKERS"] == "127.0.0.1:19092"
        assert part.env["MLFLOW_TRACKING_URI"] == "http://127.0.0.1:15000"


@pytest.mark.prometheus
@pytest.mark.usefixtures("_monitoring")
@pytest.mark.parametrize("key", ["", "secret-of-the-metrics"])
def test_prometheus_scrapes_moved_ports_with_the_key_of_the_api(key: str, promtool: str) -> None:
    # The worker where the API is by default, and the other way round: none is moved twice.
    settings = StackSettings(
        web_port=8000, api_port=6066, PROMETHEUS_PORT=19090, metrics_key=SecretStr(key)
    )
    command = _prometheus_command(settings)
    config = _config(command)
    subprocess.run([promtool, "check", "config", str(config)], check=True)
    jobs = _jobs(config)
    assert jobs["badbuzz-worker"]["static_configs"] == [{"targets": ["127.0.0.1:8000"]}]
    assert jobs["badbuzz-api"]["static_configs"] == [{"targets": ["127.0.0.1:6066"]}]
    assert jobs["prometheus"]["static_configs"] == [{"targets": ["127.0.0.1:19090"]}]
    assert [name for name, job in jobs.items() if "authorization" in job] == (
        ["badbuzz-api"] if key else []
    )
    assert not key or key not in config.read_text() + " ".join(command)


@pytest.mark.usefixtures("_monitoring")
def test_the_key_of_the_metrics_is_kept_for_this_user_alone_and_goes_with_its_setting() -> None:
    _prometheus_command(StackSettings(metrics_key=SecretStr("first")))
    config = _config(_prometheus_command(StackSettings(metrics_key=SecretStr("second"))))
    credentials = config.parent / _jobs(config)["badbuzz-api"]["authorization"]["credentials_file"]
    assert credentials.read_text() == "second"
    assert credentials.stat().st_mode & 0o777 == 0o600
    _prometheus_command(StackSettings())
    assert not credentials.exists()


@pytest.mark.usefixtures("_monitoring")
def test_prometheus_finds_the_rules_and_the_targets_beside_its_own_configuration() -> None:
    folder = _config(_prometheus_command(StackSettings())).parent
    assert (folder / "rules.yml").read_text() == (MONITORING / "rules.yml").read_text()
    Path("monitoring/prometheus/targets/notify.yml").write_text("- targets: [one]")
    assert (folder / "targets/notify.yml").read_text() == "- targets: [one]"


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


@pytest.mark.usefixtures("_monitoring")
def test_prometheus_runs_where_both_its_program_and_its_configuration_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    PROMETHEUS_CONFIG.rename("elsewhere.yml")
    assert "prometheus" not in _names(StackSettings())
    Path("elsewhere.yml").rename(PROMETHEUS_CONFIG)
    with monkeypatch.context() as without:
        without.setattr(table.shutil, "which", lambda name: None)
        assert "prometheus" not in _names(StackSettings())
    (prometheus,) = stack_parts(StackSettings(PROMETHEUS_PORT=19090), ["prometheus"])
    assert "--web.listen-address=127.0.0.1:19090" in prometheus.command()
    assert not prometheus.required


def test_an_unknown_part_is_answered_with_those_there_are() -> None:
    with pytest.raises(StackError, match=r"no part here is called kafak; there are kafka, mlflow"):
        stack_parts(StackSettings(), ["kafak"])
    elsewhere = StackSettings(MLFLOW_TRACKING_URI="http://mlflow:5000")
    with pytest.raises(StackError, match=r"called mlflow; .*MLFLOW_TRACKING_URI names runs elsewh"):
        stack_parts(elsewhere, ["mlflow"])


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
