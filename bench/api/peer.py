"""MLServer in an environment of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.api.waiting import wait_until_ok
from infra.local.ports import free_port

VERSION = "1.7.1"
# Its worker processes do not start with a newer uvloop.
_NEEDS = (
    f"mlserver=={VERSION}",
    "uvloop==0.21.0",
    "onnxruntime",
    "emoji",
    "tokenizers",
    "pydantic-settings",
)
_RUNTIME = Path(__file__).with_name("mlserver_runtime.py")
_ROOT = Path(__file__).parents[2]


def install(environment: Path) -> None:
    """Make the environment, unless it is there."""
    if (environment / "bin" / "mlserver").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "-q"]
    subprocess.run([*pip, *_NEEDS], check=True)


@contextmanager
def mlserver(environment: Path, model: Path, folder: Path, workers: int) -> Iterator[str]:
    """A running MLServer; gives the address of its inference.

    Args:
        environment: where it is installed.
        model: the artefact.
        folder: for its settings and its log.
        workers: its `parallel_workers`; 0: inference in the serving process.
    """
    home = folder / f"mlserver-{workers}"
    home.mkdir(parents=True)
    (home / "runtime.py").write_text(_RUNTIME.read_text("utf-8"), "utf-8")
    parameters = {"uri": str(model.resolve())}
    settings = {
        "name": "sentiment",
        "implementation": "runtime.Sentiment",
        "parameters": parameters,
    }
    (home / "model-settings.json").write_text(json.dumps(settings))
    port = free_port()
    server = {"host": "127.0.0.1", "http_port": port, "grpc_port": free_port()}
    server |= {"metrics_port": free_port(), "parallel_workers": workers, "debug": False}
    (home / "settings.json").write_text(json.dumps(server))
    url = f"http://127.0.0.1:{port}/v2/models/sentiment"
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(environment / "bin" / "mlserver"), "start", "."],
            cwd=home,
            env={**os.environ, "PYTHONPATH": f"{_ROOT}:{home}"},
            stdout=log,
            stderr=log,
        )
    try:
        wait_until_ok(f"{url}/ready", process, home / "log")
        yield f"{url}/infer"
    finally:
        process.terminate()
        process.wait(30)
