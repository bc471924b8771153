"""MLflow on PostgreSQL and S3, by settings alone: a model is trained into them and comes back."""

from collections.abc import Iterator

import pytest

from tests.infra.deployment.commands import docker, eventually, inspect, logs

NETWORK = "badbuzz-stores"
STORES, MLFLOW = "badbuzz-stores", "badbuzz-mlflow-elsewhere"
LISTING = (
    "from urllib.request import urlopen; print(urlopen('http://127.0.0.1:9000/models').read())"
)
SETTINGS = {
    "MLFLOW_BACKEND_STORE_URI": f"postgresql://mlflow:mlflow@{STORES}/mlflow",
    "MLFLOW_ARTIFACTS_DESTINATION": "s3://models/mlflow",
    "MLFLOW_S3_ENDPOINT_URL": f"http://{STORES}:9000",
    "AWS_ACCESS_KEY_ID": "any",
    "AWS_SECRET_ACCESS_KEY": "any",
    "AWS_DEFAULT_REGION": "us-east-1",
    "MLFLOW_SERVER_ALLOWED_HOSTS": f"{MLFLOW}:*",
}


@pytest.fixture(scope="module", autouse=True)
def _services() -> Iterator[None]:
    docker("network", "create", NETWORK)
    try:
        docker("run", "-d", "--name", STORES, "--network", NETWORK, "badbuzz-check/stores")
        eventually(lambda: "are ready" in logs(STORES), 60, "the stores are ready")
        settings = [f"--env={name}={value}" for name, value in SETTINGS.items()]
        limits = ("--read-only", "--tmpfs", "/tmp", "--network", NETWORK)
        docker("run", "-d", "--name", MLFLOW, *limits, *settings, "badbuzz/mlflow")
        eventually(lambda: inspect(MLFLOW)["State"]["Health"]["Status"] == "healthy", 120, "MLflow")
        yield
    except AssertionError:
        print(logs(MLFLOW))
        raise
    finally:
        docker("rm", "--force", STORES, MLFLOW)
        docker("network", "rm", NETWORK)


def trainer(script: str) -> str:
    """What a shell of the trainer's image prints."""
    return docker(
        "run", "--rm", "--read-only", "--tmpfs", "/tmp", "--network", NETWORK,
        "--tmpfs", "/var/lib/badbuzz/state:uid=10001",
        "--tmpfs", "/var/lib/badbuzz/models:uid=10001",
        "--env", f"MLFLOW_TRACKING_URI=http://{MLFLOW}:5000",
        "--entrypoint", "bash", "badbuzz/trainer", "-ec", script,
    )  # fmt: skip


def query(sql: str) -> str:
    password = "--env=PGPASSWORD=mlflow"
    psql = ("psql", "-h", "127.0.0.1", "-U", "mlflow", "-Atc", sql)
    return docker("exec", password, STORES, *psql).strip()


def test_a_champion_is_registered_in_postgresql_with_its_artefact_in_s3() -> None:
    assert "is the champion" in trainer("badbuzz train --first")
    assert query("select name, version from model_versions") == "sentiment|1"
    objects = docker("exec", STORES, "python3", "-c", LISTING)
    assert "mlflow/" in objects
    assert "card.json" in objects


def test_a_server_started_anew_on_them_has_it_still_and_serves_its_artefact() -> None:
    docker("restart", MLFLOW)
    eventually(lambda: inspect(MLFLOW)["State"]["Health"]["Status"] == "healthy", 120, "MLflow")
    assert "nothing to train" in trainer("badbuzz train --first")
    script = (
        r"printf 'text\nworst flight ever\n' >/tmp/in.csv; badbuzz score /tmp/in.csv -o /tmp/out"
    )
    assert trainer(f"{script}; cat /tmp/out").rstrip().endswith(",1")
