"""What Prometheus' own tool says of the rules, the configuration and the queries."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry, generate_latest

from api.metrics import Metrics
from sentiment.scorer import ModelVersion
from stream.metrics import StreamMetrics
from stream.notify.metrics import NotifyMetrics
from tests.monitoring.queries import MONITORING, panel_queries, rules

pytestmark = pytest.mark.prometheus

PROMETHEUS = MONITORING / "prometheus"
RULE_TESTS = yaml.safe_load((PROMETHEUS / "rules_test.yml").read_text("utf-8"))["tests"]


def run(*command: str, cwd: Path = PROMETHEUS, feed: bytes = b"") -> str:
    done = subprocess.run(command, cwd=cwd, input=feed, capture_output=True, check=False)
    output = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, output
    return output


def test_every_rule_fires_and_ends_as_its_tests_say(promtool: str) -> None:
    assert "SUCCESS" in run(promtool, "test", "rules", "rules_test.yml")


@pytest.mark.parametrize("name", [rule["alert"] for rule in rules()])
def test_a_rule_is_tested_before_while_and_after_it_fires(name: str) -> None:
    checks = [
        [bool(check["exp_alerts"]) for check in test["alert_rule_test"]]
        for test in RULE_TESTS
        if all(check["alertname"] == name for check in test["alert_rule_test"])
    ]
    assert [False, True, False] in checks


def test_prometheus_accepts_its_configuration(promtool: str) -> None:
    run(promtool, "check", "config", "prometheus.yml")


def test_prometheus_accepts_every_panels_query(promtool: str, tmp_path: Path) -> None:
    records = [
        {"record": f"panel:{number}", "expr": query}
        for number, (_, query) in enumerate(panel_queries())
    ]
    content = {"groups": [{"name": "panels", "rules": records}]}
    (tmp_path / "panels.yml").write_text(yaml.safe_dump(content), "utf-8")
    output = run(promtool, "check", "rules", "panels.yml", cwd=tmp_path)
    assert f"{len(records)} rules found" in output


def test_metric_names_keep_prometheus_rules(promtool: str) -> None:
    stream, api, notify = CollectorRegistry(), CollectorRegistry(), CollectorRegistry()
    StreamMetrics(stream)
    NotifyMetrics(notify, ["webhook"])
    Metrics(api).runs(ModelVersion("sentiment", "1", "abc"))
    for registry in (stream, api, notify):
        assert run(promtool, "check", "metrics", feed=generate_latest(registry)) == ""


@pytest.mark.parametrize("key", ["", "secret-of-the-metrics"])
def test_start_hands_prometheus_the_key_of_the_api_and_nothing_else(
    key: str, promtool: str, tmp_path: Path
) -> None:
    stand_in = tmp_path / "prometheus"
    check = f'{promtool} check config "${{1#--config.file=}}"'
    stand_in.write_text(f'#!/bin/sh\n{check} && echo "$@"\n')
    stand_in.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", str(PROMETHEUS / "start.sh"), "--web.listen-address=127.0.0.1:9090"],
        env={**os.environ, "PATH": path, "TMPDIR": str(tmp_path), "BADBUZZ_METRICS_KEY": key},
        capture_output=True,
        text=True,
        check=True,
    )
    started = done.stdout.splitlines()[-1]
    assert started.endswith(" --web.listen-address=127.0.0.1:9090")
    config = Path(started.split()[0].removeprefix("--config.file="))
    jobs = {job["job_name"]: job for job in yaml.safe_load(config.read_text())["scrape_configs"]}
    assert "authorization" not in jobs["badbuzz-worker"]
    if key:
        credentials = Path(jobs["badbuzz-api"]["authorization"]["credentials_file"])
        assert credentials.read_text() == key
        assert credentials.stat().st_mode & 0o077 == 0
        assert key not in done.stdout + done.stderr
    else:
        assert jobs["badbuzz-api"].keys() == {"job_name", "static_configs"}
