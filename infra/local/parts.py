"""The parts of the local stack: one table of what runs, after what, and when it is ready."""

import shutil
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

from infra.local.addresses import api_url, kafka_brokers, mlflow_uri, prometheus_url, worker_url
from infra.local.java import find_java
from infra.local.kafka import broker_answers, prepare_broker
from infra.local.leftovers import mark
from infra.local.mlflow import SERVER_ENV, http_ok, prepare_server, server_answers
from infra.local.ports import require_free
from infra.local.prometheus import PROMETHEUS_CONFIG, prepare_prometheus
from infra.local.service import Part, Service, Task
from infra.local.settings import StackSettings
from infra.local.state import prepare_state
from sentiment.errors import StackError

DATA_SCRIPT = Path("populate_data.sh")


def stack_parts(settings: StackSettings, only: Collection[str] = ()) -> list[Part]:
    """Return the parts in the order of their start; they are stopped in the reverse order.

    What the settings name elsewhere (KAFKA_BROKERS, MLFLOW_TRACKING_URI) is not started here.

    Args:
        settings: of this stack.
        only: names of the parts to run; empty: all.

    Raises:
        StackError: `only` names a part that this stack does not have.
    """
    env = stack_env(settings)
    table: list[Part | None] = [
        _data(settings),
        _kafka(settings),
        _mlflow(settings),
        Task(name="topics", command=_badbuzz("topics", "create"), after=["kafka"], env=env),
        Task(name="train", command=_badbuzz("train", "--first"), after=["mlflow"], env=env),
        Service(
            name="worker",
            command=_badbuzz("worker"),
            check=_port(settings.web_port, "The stream worker", "BADBUZZ_WEB_PORT"),
            ready=_answers(f"{worker_url(settings)}/ready"),
            after=["topics", "train"],
            env=env,
        ),
        Service(
            name="api",
            command=_badbuzz("api"),
            check=_port(settings.api_port, "The API", "BADBUZZ_API_PORT"),
            ready=_answers(f"{api_url(settings)}/ready"),
            after=["topics", "train"],
            env=env,
        ),
        _notify(settings, env),
        _prometheus(settings),
        _demo(settings, env),
    ]
    return _chosen([part for part in table if part is not None], only)


def stack_env(settings: StackSettings) -> dict[str, str]:
    """Return the environment that leads the commands of badbuzz to this stack's services."""
    return {
        "KAFKA_BROKERS": kafka_brokers(settings),
        "MLFLOW_TRACKING_URI": mlflow_uri(settings),
        "BADBUZZ_STATE_DIR": str(settings.state_dir),
        # A bar that redraws itself is for a terminal of its own, not for a prefixed line.
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        **mark(settings.state_dir),
    }


def _data(settings: StackSettings) -> Task | None:
    if not DATA_SCRIPT.is_file() or settings.data_seconds == 0:
        return None
    return Task(
        name="data",
        command=lambda: ["bash", str(DATA_SCRIPT)],
        env=mark(settings.state_dir),
        required=False,
        timeout_s=settings.data_seconds,
        otherwise="Sentiment140 could not be downloaded in time. The stack continues: the model "
        "that ships needs no data. `badbuzz train` and `badbuzz replay` will take a small, made-up "
        "sample until `make data` downloads the real tweets, without a time limit.",
    )


def _kafka(settings: StackSettings) -> Service | None:
    if not settings.own_kafka:
        return None

    def check() -> None:
        prepare_state(settings.state_dir, settings.min_free_mb)
        require_free(settings.kafka_port, "Kafka", "KAFKA_PORT")
        find_java()

    return Service(
        name="kafka",
        command=lambda: prepare_broker(settings.state_dir, settings.kafka_port),
        check=check,
        ready=lambda: broker_answers(kafka_brokers(settings)),
        env=mark(settings.state_dir),
        stop_timeout_s=30.0,
    )


def _mlflow(settings: StackSettings) -> Service | None:
    if not settings.own_mlflow:
        return None

    def check() -> None:
        prepare_state(settings.state_dir, settings.min_free_mb)
        require_free(settings.mlflow_port, "MLflow", "MLFLOW_PORT")

    return Service(
        name="mlflow",
        command=lambda: prepare_server(settings.state_dir, settings.mlflow_port),
        check=check,
        ready=lambda: server_answers(settings.state_dir, settings.mlflow_port),
        env={**SERVER_ENV, **mark(settings.state_dir)},
    )


def _demo(settings: StackSettings, env: dict[str, str]) -> Service | None:
    """Until the user has brands of their own: those of a file here, the others end it."""
    if not settings.demo or settings.brands_file is not None:
        return None
    return Service(
        name="demo",
        command=_badbuzz("demo"),
        check=lambda: None,
        ready=lambda: True,
        after=["worker", "api"],
        env=env,
        required=False,
        may_end=True,
        otherwise="The stack goes on; `badbuzz demo` plays the demonstration again.",
    )


def _notify(settings: StackSettings, env: dict[str, str]) -> Service | None:
    """Off unless the settings say where alerts are sent."""
    if not (settings.webhook_url or settings.smtp_host or settings.apprise_urls):
        return None
    return Service(
        name="notify",
        command=_badbuzz("notify"),
        check=lambda: None,
        ready=lambda: True,
        after=["topics"],
        env=env,
        required=False,
        otherwise="The stack continues without sending alerts.",
    )


def _prometheus(settings: StackSettings) -> Service | None:
    program = shutil.which("prometheus")
    if program is None or not PROMETHEUS_CONFIG.is_file():
        return None
    return Service(
        name="prometheus",
        command=lambda: prepare_prometheus(program, settings),
        check=_port(settings.prometheus_port, "Prometheus", "PROMETHEUS_PORT"),
        ready=_answers(f"{prometheus_url(settings)}/-/ready"),
        after=["worker", "api"],
        env=mark(settings.state_dir),
        required=False,
        otherwise="The stack continues without Prometheus.",
    )


def _badbuzz(*arguments: str) -> Callable[[], Sequence[str]]:
    return lambda: [str(Path(sys.executable).with_name("badbuzz")), *arguments]


def _port(port: int, service: str, setting: str) -> Callable[[], None]:
    return lambda: require_free(port, service, setting)


def _answers(url: str) -> Callable[[], bool]:
    return lambda: http_ok(url)


def _chosen(parts: list[Part], only: Collection[str]) -> list[Part]:
    """Keep what was asked for; parts wait only for parts that run here themselves."""
    unknown = set(only).difference(part.name for part in parts)
    if unknown:
        have = ", ".join(part.name for part in parts)
        raise StackError(
            f"no part here is called {', '.join(sorted(unknown))}; there are {have}. "
            "What KAFKA_BROKERS or MLFLOW_TRACKING_URI names runs elsewhere."
        )
    kept = [part for part in parts if not only or part.name in only]
    names = {part.name for part in kept}
    return [replace(part, after=[name for name in part.after if name in names]) for part in kept]
