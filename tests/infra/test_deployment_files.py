"""What can be told of the deployment's files without an engine; the rest: `make test-infra`."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from infra.local.kafka import broker_properties

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
DOCKERFILES = sorted((ROOT / "infra").glob("*Dockerfile"))
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
BASE = re.compile(r"^FROM (\S+)", re.MULTILINE)
VARIABLE = re.compile(r"\$\{(\w+)")


def program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def passes(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.name)
def test_a_dockerfile_passes_hadolint(dockerfile: Path) -> None:
    passes(program("hadolint"), str(dockerfile))


def test_the_workflows_pass_zizmor() -> None:
    passes(program("zizmor"), "--offline", str(ROOT / ".github"))


def test_the_scripts_pass_shellcheck() -> None:
    scripts = [*(ROOT / "infra").glob("*.sh"), *(ROOT / "tests/infra/deployment").rglob("*.sh")]
    passes(program("shellcheck"), "-x", "-P", "SCRIPTDIR", *map(str, scripts))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_only_pinned_actions_and_no_rights_by_default(workflow: Path) -> None:
    text = workflow.read_text()
    used = re.findall(r"uses: (\S+)", text)
    assert [action for action in used if not re.search(r"@[0-9a-f]{40}$", action)] == []
    assert yaml.safe_load(text)["permissions"] == {}


def test_every_variable_of_compose_is_explained_in_the_example() -> None:
    files = ["docker-compose.yml", "infra/monitoring.compose.yml", "monitoring/docker-compose.yml"]
    text = "".join((ROOT / file).read_text() for file in files)
    asked = set(VARIABLE.findall(text)) - {"VAR"}
    explained = (ROOT / ".env.example").read_text()
    assert sorted(name for name in asked if name not in explained) == []


def test_every_broker_keeps_the_offsets_of_a_group_that_is_away_for_a_year() -> None:
    year = str(365 * 24 * 60)
    local = broker_properties(Path("data"), 9092, 9093)
    assert local["offsets.retention.minutes"] == year
    variable = "KAFKA_OFFSETS_RETENTION_MINUTES"
    assert str(COMPOSE["services"]["kafka"]["environment"][variable]) == year
    tofu = (ROOT / "infra" / "main.tf").read_text()
    assert re.findall(rf"{variable} += (\d+)", tofu) == [year]


def test_compose_publishes_on_loopback_alone_and_limits_every_container() -> None:
    for name, service in COMPOSE["services"].items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        assert service["mem_limit"], name
        assert service["cpus"], name


def test_the_server_of_mlflow_is_of_the_version_that_its_clients_have() -> None:
    found = {
        re.search(r"^mlflow==(\S+)", (ROOT / "requirements" / file).read_text(), re.M).group(1)
        for file in ("mlflow.txt", "trainer.txt", "notebook.txt")
    }
    assert len(found) == 1


def test_prometheus_among_containers_differs_from_the_one_of_make_run_in_its_targets_alone() -> (
    None
):
    inside = yaml.safe_load((ROOT / "infra/prometheus.yml").read_text())
    outside = yaml.safe_load((ROOT / "monitoring/prometheus/prometheus.yml").read_text())
    for config in (inside, outside):
        for job in config["scrape_configs"]:
            for targets in ("static_configs", "dns_sd_configs", "file_sd_configs"):
                job.pop(targets, None)
    assert inside == outside


def test_all_images_start_from_one_pinned_base() -> None:
    bases = {base for path in DOCKERFILES for base in BASE.findall(path.read_text())}
    (base,) = bases
    assert re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+", base)
    assert f"base={base}" in (ROOT / "tests/infra/deployment/prepare.sh").read_text()
