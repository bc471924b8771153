"""Looks at Kafka, MLflow, the model, the brands, the worker and the API, where they run."""

import asyncio
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path

from infra.doctor.finding import Finding, Look
from infra.local.addresses import api_url, kafka_brokers, mlflow_uri, worker_url
from infra.local.settings import StackSettings
from infra.local.state import holder
from sentiment.brands.file import BrandFile
from sentiment.brands.topic import read_brands
from sentiment.errors import AbsentError
from sentiment.registry import Registry
from sentiment.settings import Settings
from sentiment.userinfo import without_userinfo

_SECONDS = 10.0
_SKEW_SECONDS = 5.0
_NOT_STARTED = "not started; `make run` starts it"


def service_looks(settings: StackSettings) -> Iterator[tuple[str, Look]]:
    """What is looked at, by name. What the stack would start itself is asked only if it runs."""
    runs = holder(settings.state_dir) is not None
    shared = pointed(settings)
    has_kafka, has_mlflow = runs or not settings.own_kafka, runs or not settings.own_mlflow
    yield "kafka", partial(kafka, shared) if has_kafka else partial(absent, "kafka")
    yield "mlflow", partial(mlflow, shared) if has_mlflow else partial(absent, "mlflow")
    if has_mlflow and _asked(_health(shared))[0] in (None, 200):
        yield "model", partial(model, shared)
    yield "brands", partial(brands, shared, has_kafka)
    if runs:
        yield "worker", partial(service, "worker", worker_url(settings))
        yield "api", partial(service, "api", api_url(settings))


def pointed(settings: StackSettings) -> Settings:
    """The shared settings, pointed at the stack's own services where it has some."""
    return settings.model_copy(
        update={
            "kafka_brokers": kafka_brokers(settings),
            "mlflow_tracking_uri": mlflow_uri(settings),
        }
    )


def absent(thing: str) -> Finding:
    """The stack has it and does not run."""
    return Finding(thing, "note", _NOT_STARTED)


def kafka(settings: Settings) -> Finding:
    """Whether a broker answers and the topics are as they should be: `badbuzz topics check`."""
    done = subprocess.run(
        [Path(sys.executable).with_name("badbuzz"), "topics", "check"],
        env=_environment(settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        found, _, advice = said.removeprefix("badbuzz: ").partition(". ")
        return Finding("kafka", "act", found, advice)
    topics = len(done.stdout.splitlines())
    return Finding("kafka", "ok", f"{settings.kafka_brokers} answers, {topics} topics are right")


def mlflow(settings: Settings) -> Finding:
    """Whether MLflow answers, and whether its clock agrees with this machine's."""
    shown = without_userinfo(settings.mlflow_tracking_uri)
    status, date = _asked(_health(settings))
    if status is None:
        return Finding("mlflow", "ok", f"{shown} is no server: nothing to ask")
    if status != 200:
        return Finding(
            "mlflow", "act", f"{shown} answers {status or 'nothing'}",
            "Start it, or set MLFLOW_TRACKING_URI.",
        )  # fmt: skip
    skew = 0.0 if date is None else abs(date - time.time())
    if skew > _SKEW_SECONDS:
        return Finding(
            "mlflow", "act", f"{shown} answers; its clock differs by {skew:.0f} s",
            "Synchronise both clocks (NTP): the time of an alert depends on them.",
        )  # fmt: skip
    return Finding("mlflow", "ok", f"{shown} answers")


def model(settings: Settings) -> Finding:
    """Whether there is a champion, and whether a copy of one is here."""
    registry = Registry(settings)
    last = registry.last_good()
    here = "no copy is here yet" if last is None else f"a copy of version {last.version} is here"
    try:
        pointer = registry.pointer()
    except AbsentError:
        return Finding(
            "model", "act", f"{settings.model_name} has no version {settings.model_alias}",
            "Run `badbuzz train --first`: it registers the version that ships with badbuzz.",
        )  # fmt: skip
    return Finding("model", "ok", f"version {pointer.version} is {settings.model_alias}; {here}")


def brands(settings: Settings, ask_kafka: bool) -> Finding:
    """The brands of the file and of the topic."""
    names = set(BrandFile(settings.brands_file).brands)
    if ask_kafka:
        names |= set(asyncio.run(read_brands(settings)))
    if not names:
        return Finding(
            "brands", "note", "none",
            'Add yours: `badbuzz brands add "Air Paradis" --handle @AirParadis`.',
        )  # fmt: skip
    return Finding("brands", "ok", f"{len(names)} of your own")


def service(thing: str, url: str) -> Finding:
    """Whether a service of badbuzz is ready."""
    status, _ = _asked(f"{url}/ready")
    if status == 200:
        return Finding(thing, "ok", f"{url} is ready")
    return Finding(
        thing, "act", f"{url}/ready answers {status or 'nothing'}",
        "Wait a minute after a start; then look at its log.",
    )  # fmt: skip


def _health(settings: Settings) -> str:
    return f"{settings.mlflow_tracking_uri.rstrip('/')}/health"


def _asked(url: str) -> tuple[int | None, float | None]:
    """Status (0: nobody answers; None: it is no web address) and time of an answer."""
    if not url.startswith(("http://", "https://")):
        return None, None
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310 - from settings
            return answer.status, _seconds(answer.headers["date"])
    except urllib.error.HTTPError as error:
        return error.code, None
    except OSError:
        return 0, None


def _seconds(date: str | None) -> float | None:
    return parsedate_to_datetime(date).timestamp() if date else None


def _environment(settings: Settings) -> dict[str, str]:
    return {**os.environ, "KAFKA_BROKERS": settings.kafka_brokers}
