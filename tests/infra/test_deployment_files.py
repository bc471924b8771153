"""What can be told of the deployment's files without an engine; the rest: `make test-infra`."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from pydantic_settings import BaseSettings

from api.settings import ApiSettings
from infra.local.kafka import broker_properties
from sentiment.settings import Settings
from stream.notify.settings import NotifySettings
from stream.settings import StreamSettings

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
DOCKERFILES = sorted((ROOT / "infra").glob("*Dockerfile"))
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
MAIN = (ROOT / "infra/main.tf").read_text()
# The blocks of containers in main.tf, by name.
CONTAINERS = dict(
    re.findall(r'^resource "docker_container" "(\w+)" \{\n(.*?)^\}', MAIN, re.M | re.DOTALL)
)
BASE = re.compile(r"^FROM (\S+)", re.MULTILINE)
VARIABLE = re.compile(r"\$\{(\w+)")
DEFAULT = re.compile(r"\$\{\w+:-([^}]*)\}")
DOCUMENTED = ("README.md", "docs/alerts.md", "docs/deployment.md")
# What the images set themselves, or the health check and Prometheus rely on.
FIXED = {"BADBUZZ_STATE_DIR", "BADBUZZ_NOTIFY_PORT"}
# What an example of an override adds by itself.
OVERRIDE = re.compile(r"```yaml.*?```", re.DOTALL)
NAME = re.compile(r"\b[A-Z]+_[A-Z_]+\b|(?<=`)_[A-Z]+(?=`)")
# Which container reads the settings that each class adds to the shared ones; a worker reads these.
READERS = {"stream": StreamSettings, "notify": NotifySettings, "api": ApiSettings}


def program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def value_of(name: str, block: str) -> list[str]:
    """The strings of an argument of OpenTofu in a block, by way of `local` where it says so."""
    (text,) = re.findall(rf"^ +{name} += (.*)$", block, re.M)
    if text.startswith("local."):
        return value_of(text.removeprefix("local."), MAIN.split("\n}\n", 1)[0])
    return re.findall(r'"([^"]*)"', text)


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


def variables(kind: type[BaseSettings]) -> dict[str, str]:
    """The fields of a settings class by the variable that sets each."""
    return {
        str(field.validation_alias or f"BADBUZZ_{name.upper()}"): name
        for name, field in kind.model_fields.items()
    }


def documented() -> set[str]:
    """The variables that the docs name; in a table, `_B` after `A_X` is short for `A_B`."""
    found: set[str] = set()
    for file in DOCUMENTED:
        last = ""
        for word in NAME.findall(OVERRIDE.sub("", (ROOT / file).read_text())):
            last = last.rpartition("_")[0] + word if word.startswith("_") else word
            found.add(last)
    return found


def test_shortened_names_of_variables_are_read_in_full() -> None:
    assert {"BADBUZZ_SMTP_SECURITY", "BADBUZZ_SMTP_PASSWORD", "BADBUZZ_GROUP"} <= documented()


@pytest.mark.parametrize("service", READERS)
def test_a_setting_that_the_docs_name_reaches_the_container_that_reads_it(service: str) -> None:
    shared = variables(Settings).keys() if service != "stream" else set()
    read = variables(READERS[service]).keys() - shared - FIXED
    given = COMPOSE["services"][service]["environment"]
    assert sorted((read & documented()) - given.keys()) == []


@pytest.mark.parametrize("service", READERS)
def test_a_default_of_compose_is_the_one_of_the_program(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = READERS[service]
    names = variables(kind)
    given = COMPOSE["services"][service]["environment"]
    defaults = {
        name: found[1]
        for name, value in given.items()
        if name in names and (found := DEFAULT.fullmatch(value))
    }
    # In a network of containers a service's name stands for its address.
    del defaults["KAFKA_BROKERS"], defaults["MLFLOW_TRACKING_URI"]
    assert len(defaults) > 8
    for name, value in defaults.items():
        monkeypatch.setenv(name, value)
    built = kind(_env_file=None)
    for name in defaults:
        field = names[name]
        expected = kind.model_fields[field].get_default(call_default_factory=True)
        assert getattr(built, field) == expected, name


def test_every_file_of_the_person_is_named_inside_where_it_is_mounted() -> None:
    for name, service in COMPOSE["services"].items():
        mounted = {config["target"] for config in service.get("configs", [])}
        inside = {
            found[1]
            for value in (service.get("environment") or {}).values()
            if (found := re.search(r":\+(.+)\}", str(value)))
        }
        assert mounted == inside, name


def test_the_password_of_a_mail_server_and_the_keys_of_the_api_go_where_they_are_used() -> None:
    for secret, reader in {
        "BADBUZZ_SMTP_PASSWORD": "notify",
        "BADBUZZ_WEBHOOK_SECRET": "notify",
        "BADBUZZ_API_KEYS": "api",
    }.items():
        have = {n for n, s in COMPOSE["services"].items() if secret in (s.get("environment") or {})}
        assert have == {reader}


def test_the_trainer_can_write_the_versions_that_it_fetches() -> None:
    folder = "/var/lib/badbuzz/models"
    assert f"BADBUZZ_MODELS_DIR={folder}" in (ROOT / "infra/trainer.Dockerfile").read_text()
    assert f"models:{folder}" in COMPOSE["services"]["trainer"]["volumes"]
    assert f'container_path = "{folder}"' in CONTAINERS["trainer"]
    tasks = yaml.safe_load_all((ROOT / "infra/kubernetes/tasks.yaml").read_text())
    (job,) = [task for task in tasks if task["metadata"]["name"] == "trainer"]
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert folder in [mount["mountPath"] for mount in container["volumeMounts"]]


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


def test_the_containers_of_opentofu_are_as_confined_as_those_of_compose() -> None:
    assert CONTAINERS.keys() == COMPOSE["services"].keys()
    for name, block in CONTAINERS.items():
        service = COMPOSE["services"][name]
        logs = value_of("log_opts", block)
        assert [service["logging"]["driver"]] == value_of("log_driver", block), name
        assert service["logging"]["options"] == dict(zip(logs[::2], logs[1::2], strict=True)), name
        assert service["security_opt"] == value_of("security_opts", block), name
        assert service["cap_drop"] == value_of("drop", block), name
        assert ("read_only" in re.findall(r"^  (\w+)", block, re.M)) == service["read_only"], name


def test_the_brokers_of_compose_and_opentofu_have_the_settings_of_the_local_one() -> None:
    local = broker_properties(Path("data"), 1, 2)
    # Addresses differ, and among containers there is room for the default number of partitions.
    other = re.compile(r"listener|voters|log\.dirs|num\.partitions")
    expected = {
        f"KAFKA_{name.upper().replace('.', '_')}": value
        for name, value in local.items()
        if not other.search(name)
    }
    compose = {name: str(v) for name, v in COMPOSE["services"]["kafka"]["environment"].items()}
    tofu = dict(re.findall(r'^    (KAFKA_\w+) += "?([^"\n]*)', MAIN, re.M))
    assert {name: compose.get(name) for name in expected} == expected
    assert {name: tofu.get(name) for name in expected} == expected
    assert tofu.keys() - {"KAFKA_BROKERS"} == compose.keys()


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
