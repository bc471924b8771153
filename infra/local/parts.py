"""The parts of the local stack: one table of what runs, after what, and when it is ready."""

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from infra.local.java import find_java
from infra.local.kafka import broker_answers, prepare_broker
from infra.local.leftovers import mark
from infra.local.mlflow import SERVER_ENV, http_ok, prepare_server
from infra.local.ports import LOOPBACK, require_free
from infra.local.service import Part, Service, Task
from infra.local.settings import StackSettings
from infra.local.state import prepare_state

PROMETHEUS_CONFIG = Path("monitoring/prometheus/prometheus.yml")
DATA_SCRIPT = Path("populate_data.sh")


def stack_parts(settings: StackSettings) -> list[Part]:
    """Return the parts in the order of their start; they are stopped in the reverse order.

    What the settings name elsewhere (KAFKA_BROKERS, MLFLOW_TRACKING_URI) is not started here.
    """
    env = stack_env(settings)
    worker, api = f"http://{LOOPBACK}:{settings.web_port}", api_url(settings)
    web = settings.web_port, "The stream worker", "BADBUZZ_WEB_PORT"
    page = settings.api_port, "The API", "BADBUZZ_API_PORT"
    table: list[Part | None] = [
        _data(settings),
        _kafka(settings),
        _mlflow(settings),
        Task(name="topics", command=_badbuzz("topics", "create"), after=["kafka"], env=env),
        Task(name="train", command=_badbuzz("train", "--first"), after=["mlflow", "data"], env=env),
        Service(
            name="worker",
            command=_on_port(web, _badbuzz("worker")),
            ready=lambda: http_ok(f"{worker}/ready"),
            after=["topics", "train"],
            env=env,
        ),
        Service(
            name="api",
            command=_on_port(page, _badbuzz("api")),
            ready=lambda: http_ok(f"{api}/ready"),
            after=["topics", "train"],
            env=env,
        ),
        _prometheus(settings),
        Task(
            name="replay",
            command=_badbuzz("replay"),
            after=["worker", "api"],
            env=env,
            required=False,
            otherwise="The stack goes on; `badbuzz replay` sends tweets again.",
        ),
    ]
    return _without_absent([part for part in table if part is not None])


def stack_env(settings: StackSettings) -> dict[str, str]:
    """Return the environment that leads the commands of badbuzz to this stack's services."""
    return {
        "KAFKA_BROKERS": kafka_brokers(settings),
        "MLFLOW_TRACKING_URI": mlflow_uri(settings),
        "BADBUZZ_STATE_DIR": str(settings.state_dir),
        **mark(settings.state_dir),
    }


def kafka_brokers(settings: StackSettings) -> str:
    """Return the bootstrap servers: those that the settings name, else the stack's own."""
    return f"{LOOPBACK}:{settings.kafka_port}" if settings.own_kafka else settings.kafka_brokers


def mlflow_uri(settings: StackSettings) -> str:
    """Return the address of MLflow: the one that the settings name, else the stack's own."""
    own = f"http://{LOOPBACK}:{settings.mlflow_port}"
    return own if settings.own_mlflow else settings.mlflow_tracking_uri


def api_url(settings: StackSettings) -> str:
    """Return the address of the API and its live page."""
    return f"http://{LOOPBACK}:{settings.api_port}"


def check_start(settings: StackSettings) -> None:
    """Raise the first StackError that would keep a part from starting, before any is started."""
    prepare_state(settings.state_dir, settings.min_free_mb)
    if settings.own_kafka:
        require_free(settings.kafka_port, "Kafka", "KAFKA_PORT")
        find_java()
    if settings.own_mlflow:
        require_free(settings.mlflow_port, "MLflow", "MLFLOW_PORT")
    require_free(settings.web_port, "The stream worker", "BADBUZZ_WEB_PORT")
    require_free(settings.api_port, "The API", "BADBUZZ_API_PORT")


def _data(settings: StackSettings) -> Task | None:
    if not DATA_SCRIPT.is_file() or settings.data_seconds == 0:
        return None
    return Task(
        name="data",
        command=lambda: ["bash", str(DATA_SCRIPT)],
        env=mark(settings.state_dir),
        required=False,
        timeout_s=settings.data_seconds,
        otherwise="Sentiment140 is not here. The stack goes on with badbuzz's own small, "
        "made-up sample: good enough to see it move, not to judge the model. "
        "`make data` fetches the real tweets (it goes on where it was cut off).",
    )


def _kafka(settings: StackSettings) -> Service | None:
    if not settings.own_kafka:
        return None

    def command() -> Sequence[str]:
        prepare_state(settings.state_dir, settings.min_free_mb)
        return prepare_broker(settings.state_dir, settings.kafka_port)

    return Service(
        name="kafka",
        command=command,
        ready=lambda: broker_answers(kafka_brokers(settings)),
        env=mark(settings.state_dir),
        stop_timeout_s=30.0,
    )


def _mlflow(settings: StackSettings) -> Service | None:
    if not settings.own_mlflow:
        return None

    def command() -> Sequence[str]:
        prepare_state(settings.state_dir, settings.min_free_mb)
        return prepare_server(settings.state_dir, settings.mlflow_port)

    return Service(
        name="mlflow",
        command=command,
        ready=lambda: http_ok(f"{mlflow_uri(settings)}/health"),
        env={**SERVER_ENV, **mark(settings.state_dir)},
    )


def _prometheus(settings: StackSettings) -> Service | None:
    program = shutil.which("prometheus")
    if program is None or not PROMETHEUS_CONFIG.is_file():
        return None
    address = f"{LOOPBACK}:{settings.prometheus_port}"
    argv = [
        program,
        f"--config.file={PROMETHEUS_CONFIG}",
        f"--storage.tsdb.path={settings.state_dir / 'prometheus'}",
        f"--web.listen-address={address}",
        "--log.level=warn",
    ]
    taken = settings.prometheus_port, "Prometheus", "PROMETHEUS_PORT"
    return Service(
        name="prometheus",
        command=_on_port(taken, lambda: argv),
        ready=lambda: http_ok(f"http://{address}/-/ready"),
        after=["worker", "api"],
        env=mark(settings.state_dir),
        required=False,
        otherwise="The stack goes on without Prometheus.",
    )


def _badbuzz(*arguments: str) -> Callable[[], Sequence[str]]:
    return lambda: [str(Path(sys.executable).with_name("badbuzz")), *arguments]


def _on_port(
    place: tuple[int, str, str], command: Callable[[], Sequence[str]]
) -> Callable[[], Sequence[str]]:
    def checked() -> Sequence[str]:
        require_free(*place)
        return command()

    return checked


def _without_absent(parts: list[Part]) -> list[Part]:
    """Parts wait only for parts that this stack starts itself."""
    names = {part.name for part in parts}
    return [replace(part, after=[name for name in part.after if name in names]) for part in parts]
