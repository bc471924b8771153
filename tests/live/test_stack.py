"""`badbuzz stack` as a person runs it, with the real Kafka and the real MLflow."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from infra.local.kafka import LocalKafka, broker_answers
from infra.local.leftovers import MARK
from infra.local.mlflow import http_ok
from infra.local.ports import LOOPBACK, free_port

pytestmark = pytest.mark.live

BADBUZZ = Path(sys.executable).with_name("badbuzz")
SERVICES = ("--only", "kafka", "--only", "mlflow")


class _Stack:
    """`badbuzz stack` in a folder of its own, on ports of its own, and what it prints."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kafka_port, self.mlflow_port = free_port(), free_port()
        self.env = os.environ | {
            "BADBUZZ_STATE_DIR": "state",
            "KAFKA_PORT": str(self.kafka_port),
            "MLFLOW_PORT": str(self.mlflow_port),
            "BADBUZZ_WEB_PORT": str(free_port()),
            "BADBUZZ_API_PORT": str(free_port()),
        }
        self.lines: list[str] = []
        self.process: subprocess.Popen[str] | None = None

    def start(self, *arguments: str) -> None:
        self.lines.clear()
        process = subprocess.Popen(
            [BADBUZZ, "stack", *arguments],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        self.reader = threading.Thread(
            target=self.lines.extend, args=(process.stdout,), daemon=True
        )
        self.reader.start()
        self.process = process

    def until(self, happened: Callable[[], bool], timeout_s: float = 120) -> None:
        assert self.process is not None
        deadline = time.monotonic() + timeout_s
        while not happened():
            assert self.process.poll() is None, "".join(self.lines)
            assert time.monotonic() < deadline, "".join(self.lines)
            time.sleep(0.1)

    def says(self, text: str) -> bool:
        return any(text in line for line in list(self.lines))

    def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(60)
        if number != signal.SIGKILL:  # what it left would hold the pipe open
            self.reader.join(60)
        return code

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BADBUZZ, "stack", *arguments],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def processes(self) -> list[psutil.Process]:
        """All processes of this stack, wherever they went."""
        mark = str((self.folder / "state").resolve())
        return [
            process
            for process in psutil.process_iter(["environ", "status"])
            if (process.info["environ"] or {}).get(MARK) == mark
            and process.info["status"] != psutil.STATUS_ZOMBIE
        ]


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[_Stack]:
    started = _Stack(tmp_path)
    yield started
    if started.process is not None and started.process.poll() is None:
        started.process.kill()
        started.process.wait()
    for process in started.processes():
        process.kill()


def _position(lines: list[str], text: str) -> int:
    return next(number for number, line in enumerate(lines) if text in line)


def test_kafka_and_mlflow_start_and_stop_in_order_and_leave_no_process(stack: _Stack) -> None:
    stack.start(*SERVICES)
    stack.until(lambda: stack.says("badbuzz runs"))
    assert broker_answers(f"{LOOPBACK}:{stack.kafka_port}")
    assert http_ok(f"http://{LOOPBACK}:{stack.mlflow_port}/health")
    assert len(stack.processes()) == 3
    assert stack.end(signal.SIGINT) == 0
    assert stack.processes() == []
    assert _position(stack.lines, "mlflow | stopped") < _position(stack.lines, "kafka | stopped")


def test_a_killed_kafka_is_started_again_on_its_data(stack: _Stack) -> None:
    stack.start("--only", "kafka", "--only", "topics")
    stack.until(lambda: stack.says("topics are as they should be"))
    stack.until(lambda: stack.says("badbuzz runs"))
    (broker,) = (process for process in stack.processes() if process.name() == "java")
    broker.kill()
    stack.until(lambda: sum("is ready" in line for line in list(stack.lines)) == 2)
    assert stack.end(signal.SIGTERM) == 0
    assert stack.says("ended by signal 9; starting it again in 1 s")


def test_a_second_run_goes_on_from_the_kept_state(stack: _Stack) -> None:
    stack.start("--only", "kafka", "--only", "topics")
    stack.until(lambda: stack.says("created tweets.scored"))
    stack.until(lambda: stack.says("topics are as they should be"))
    assert stack.end(signal.SIGINT) == 0
    stack.start("--only", "kafka", "--only", "topics")
    stack.until(lambda: stack.says("topics are as they should be"))
    assert stack.end(signal.SIGINT) == 0
    assert not stack.says("created")


def test_what_a_killed_stack_left_is_ended_by_stop(stack: _Stack) -> None:
    stack.start("--only", "kafka")
    stack.until(lambda: stack.says("badbuzz runs"))
    assert stack.end(signal.SIGKILL) == -signal.SIGKILL
    assert len(stack.processes()) == 1
    assert "java" in stack.call("--stop").stdout
    assert stack.processes() == []


def test_stop_ends_a_running_stack_and_a_second_stack_on_its_folder_is_refused(
    stack: _Stack,
) -> None:
    stack.start("--only", "kafka")
    stack.until(lambda: stack.says("badbuzz runs"))
    assert stack.process is not None
    refused = stack.call("--only", "kafka")
    assert refused.returncode == 1
    assert f"process {stack.process.pid}" in refused.stderr
    assert "has stopped" in stack.call("--stop").stdout
    assert stack.process.wait(60) == 0
    assert stack.processes() == []


def test_a_taken_port_ends_the_start_before_anything_runs(stack: _Stack) -> None:
    with socket.create_server((LOOPBACK, stack.mlflow_port)):
        done = stack.call(*SERVICES)
    assert done.returncode == 1
    assert f"port {stack.mlflow_port}" in done.stderr
    assert "MLFLOW_PORT" in done.stderr
    assert "kafka |" not in done.stdout
    assert "Traceback" not in done.stderr


def test_a_part_that_fails_ends_what_had_started_and_says_why(stack: _Stack) -> None:
    stack.env["BADBUZZ_PARTITIONS"] = "none"
    done = stack.call("--only", "kafka", "--only", "topics")
    assert done.returncode == 1
    assert "BADBUZZ_PARTITIONS" in done.stderr
    assert stack.processes() == []


def test_a_kafka_that_runs_elsewhere_is_used_and_none_is_started(
    stack: _Stack, kafka: LocalKafka
) -> None:
    stack.env["KAFKA_BROKERS"] = kafka.bootstrap
    stack.env["BADBUZZ_TOPIC_PREFIX"] = "elsewhere."
    stack.start("--only", "topics")
    stack.until(lambda: stack.says("topics are as they should be"))
    stack.end(signal.SIGTERM)
    assert stack.says("created elsewhere.tweets")
