"""Load by wrk: requests a second and latencies of one address."""

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sentiment.errors import BadbuzzError

_SCRIPT = """
local bodies = {}
for line in io.lines("%s") do bodies[#bodies + 1] = line end
local turn = 0
request = function()
  turn = turn %% #bodies + 1
  return wrk.format("POST", nil, {["Content-Type"] = "application/json"}, bodies[turn])
end
"""
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1_000.0}


@dataclass(frozen=True)
class Result:
    """What wrk saw in one run.

    Attributes:
        per_second: requests answered a second.
        p50_ms, p99_ms: latency, in milliseconds.
        failed: answers other than 2xx and 3xx, and broken connections.
    """

    per_second: float
    p50_ms: float
    p99_ms: float
    failed: int


def run_wrk(
    url: str, bodies: Sequence[object], folder: Path, connections: int, seconds: float
) -> Result:
    """Send `bodies`, one after the other, again and again.

    Raises:
        BadbuzzError: wrk is not installed.
    """
    if shutil.which("wrk") is None:
        raise BadbuzzError("expected the program wrk, got none; run: apt-get install wrk")
    content = folder / "bodies.jsonl"
    content.write_text("".join(json.dumps(body) + "\n" for body in bodies), "utf-8")
    script = folder / "post.lua"
    script.write_text(_SCRIPT % content)
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds:.0f}s",
        "--latency",
        "-s",
        str(script),
    ]
    ended = subprocess.run([*command, url], capture_output=True, text=True, check=True)
    return _read(ended.stdout)


def _read(text: str) -> Result:
    failed = [int(found) for found in re.findall(r"Non-2xx or 3xx responses: (\d+)", text)]
    for line in re.findall(r"Socket errors: (.+)", text):
        failed += [int(found) for found in re.findall(r"\d+", line)]
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    if rate is None:
        raise BadbuzzError(f"expected a report of wrk, got: {text}")
    return Result(float(rate[1]), _latency(text, 50), _latency(text, 99), sum(failed))


def _latency(text: str, part: int) -> float:
    found = re.search(rf"^\s+{part}%\s+([\d.]+)(us|ms|s)$", text, re.MULTILINE)
    if found is None:
        raise BadbuzzError(f"expected wrk's latency at {part} %, got: {text}")
    return float(found[1]) * _UNITS[found[2]]
