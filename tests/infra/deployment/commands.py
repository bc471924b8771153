"""Runs docker, compose and tofu for the checks, and talks to what they start."""

import json
import os
import secrets
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
KEY = secrets.token_hex(24)
METRICS_KEY = secrets.token_hex(24)
API_KEYS = f"person:admin:{KEY} prometheus:metrics:{METRICS_KEY}"


class CommandError(AssertionError):
    """A command ended with another exit code than 0; says which, and what it printed."""


def run(*command: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """What a command prints to standard output."""
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | (env or {}), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        printed = (done.stdout + done.stderr)[-4_000:]
        raise CommandError(f"{' '.join(command)} ended with {done.returncode}:\n{printed}")
    return done.stdout


def docker(*arguments: str) -> str:
    """`docker ARGUMENTS`."""
    return run("docker", *arguments)


def logs(container: str) -> str:
    """What a container has printed."""
    return run("bash", "-c", 'docker logs "$1" 2>&1 | tail -n 40', "-", container)


def inspect(container: str) -> dict[str, Any]:
    """All that the engine knows of a container."""
    found: dict[str, Any] = json.loads(docker("inspect", container))[0]
    return found


def environment(**more: str) -> dict[str, str]:
    """What `.env` would hold."""
    needed = {
        "BADBUZZ_API_KEYS": API_KEYS,
        "BADBUZZ_METRICS_KEY": METRICS_KEY,
        "GRAFANA_ADMIN_PASSWORD": secrets.token_hex(24),
        "JUPYTER_TOKEN": KEY,
    }
    return needed | more


def get(url: str, key: str = "") -> tuple[int, str]:
    """Status and body; status 0 while nothing listens there."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return _answer(urllib.request.Request(url, headers=headers))


def post(url: str, body: object, key: str = "") -> tuple[int, str]:
    """Status and body of a POST of JSON."""
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    return _answer(urllib.request.Request(url, json.dumps(body).encode(), headers))


def _answer(request: urllib.request.Request) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def eventually(what: Any, seconds: float, why: str) -> Any:
    """The first true value of `what()`; AssertionError after so many seconds."""
    until = time.monotonic() + seconds
    while not (found := what()):
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {why}")
        time.sleep(0.5)
    return found
