"""Thousands of requests that nobody well-meaning sends: no 5xx, no crash, memory flat.

`HOSTILE_REQUESTS` says how many; `make fuzz` sends more.
"""

import asyncio
import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.api.api_process import KEYS, ApiProcess, run

pytestmark = pytest.mark.live

REQUESTS = int(os.environ.get("HOSTILE_REQUESTS", "4000"))
WARM_UP = 1_000
AT_ONCE = 16
MORE_MEMORY_KIB = 40_000

TEXTS = [
    "\u0000",
    "\ufeff",
    "\u202e right to left",
    "👩‍👩‍👧‍👦" * 50,
    "e" + "\u0301" * 3_000,
    "\U0010ffff",
    "a\u2028b",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "&amp;" * 500,
    ":" * 4_000,
    "(:" * 2_000,
    "@" * 4_000,
    "http://" * 500,
    "#aA" * 1_000,
    "   ",
    "",
    "x" * 4_001,
]
BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"\xff\xfe\x00",
    b'{"text": "\\ud800"}',
    b'{"text": 1e400}',
    b'{"text": NaN}',
    b'{"text": "a", "text": "b"}',
    b'{"text": "late"} trailing',
    b"[" * 50_000,
    b'{"text":' * 5_000,
    b'{"texts": ["late", null]}',
    b'{"texts": []}',
    b'{"text": "late", "__proto__": {}}',
    json.dumps({"texts": ["late"] * 1_001}).encode(),
    b" " * 200_000,
]
PATHS = ["/predict", "/predict/batch", "/explain", "/feedback", "/model/refresh", "/login"]
STRAY = [
    "/",
    "/static/../../api/keys.py",
    "/static/%2e%2e/app.py",
    "/events/",
    "//",
    "/%00",
    "/x" * 900,
]
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"]
WRONG_KEYS = [
    "Bearer wrong",
    "Bearer",
    "Basic d2VsbDp0cnk=",
    "Bearer " + "k" * 7_000,
    "b\u00e9arer",
]


def hostile(chance: random.Random) -> tuple[str, str, bytes, dict[str, str]]:
    """Method, path, body and headers of one request."""
    headers = {"Content-Type": chance.choice(["application/json"] * 8 + ["text/plain", "a/b;;"])}
    headers["Authorization"] = chance.choice([f"Bearer {KEYS['everything']}"] * 6 + WRONG_KEYS)
    if chance.random() < 0.1:
        headers |= {"Cookie": "badbuzz_session=" + chance.choice(["", "a.b.c", "\u00ff" * 9])}
    if chance.random() < 0.15:
        return chance.choice(METHODS), chance.choice(STRAY + PATHS), b"", headers
    path = chance.choice(PATHS)
    kind = chance.random()
    if kind < 0.4:
        return "POST", path, chance.choice(BODIES), headers
    if kind < 0.5:
        return "POST", path, chance.randbytes(chance.randrange(500)), headers
    text = chance.choice(TEXTS)
    value: dict[str, object] = (
        {"texts": [text, "late"]} if path.endswith("batch") else {"text": text}
    )
    if path == "/feedback":
        value |= {
            "predicted": "positive",
            "right": "negative",
            "model_version": chance.choice(["1", text[:70]]),
        }
    return "POST", path, json.dumps(value, ensure_ascii=chance.random() < 0.5).encode(), headers


async def send(api: ApiProcess, requests: int, seed: int) -> dict[int, int]:
    """Number of answers by status."""
    chance = random.Random(seed)
    statuses: dict[int, int] = {}
    left = iter(range(requests))

    async def client(session: aiohttp.ClientSession) -> None:
        for _ in left:
            method, path, body, headers = hostile(chance)
            async with session.request(
                method, api.url + path, data=body, headers=headers, allow_redirects=False
            ) as answer:
                await answer.read()
                statuses[answer.status] = statuses.get(answer.status, 0) + 1

    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        await asyncio.gather(*(client(session) for _ in range(AT_ONCE)))
    return statuses


def memory_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no memory figure")


def test_thousands_of_hostile_requests_do_no_harm(guarded: ApiProcess) -> None:
    assert guarded.process is not None
    warm_up = run(send(guarded, WARM_UP, seed=1))
    before = memory_kib(guarded.process.pid)
    statuses = run(send(guarded, REQUESTS - WARM_UP, seed=2))
    grown = memory_kib(guarded.process.pid) - before
    print(f"\nhostile requests by status: {warm_up}, {statuses}; memory grew by {grown} KiB")
    assert sum(warm_up.values()) + sum(statuses.values()) == REQUESTS
    assert not [status for status in {**warm_up, **statuses} if status >= 500]
    # Each of the ways to be refused was really gone.
    assert {200, 202, 400, 401, 404, 405, 413, 422} <= statuses.keys()
    assert grown < MORE_MEMORY_KIB
    assert guarded.process.poll() is None
    assert "exception" not in guarded.log.read_text()


CONFIG = """
[[operations]]
include-path = "/v2/models/{model_name}/infer"
# A JSON schema cannot say that `data` has as many items as `shape` multiplies to.
checks.positive_data_acceptance.enabled = false

[[operations]]
include-path-regex = "^/(alerts|feedback|brands/{brand}/tweets)$"
# A cursor is what an earlier answer gave: a schema knows no other rule.
checks.positive_data_acceptance.enabled = false

[[operations]]
include-path-regex = "^/brands(/|$)"
# `GET /brands/NAME` is a page for people, of a brand of any name, with slashes, too.
checks.unsupported_method.enabled = false
checks.allow_header_conformance.enabled = false
# What was said of a brand is kept when nobody watches it any more.
checks.use_after_free.enabled = false

[[operations]]
include-path = "/brands"
# Names and handles are compared in a normal form, which a schema cannot describe.
checks.positive_data_acceptance.enabled = false
"""


@pytest.mark.timeout(300)
def test_schemathesis_finds_no_failure(guarded: ApiProcess, tmp_path: Path) -> None:
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{guarded.url}/openapi.json",
        "--header",
        f"Authorization: Bearer {KEYS['everything']}",
        "--exclude-path=/events",  # an answer that never ends
        "--max-examples=40",
        "--seed=1",
        "--suppress-health-check=too_slow",
        "--no-color",
    ]
    ended = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=280, check=False
    )
    assert ended.returncode == 0, ended.stdout[-6_000:]
    # Warnings say that no alert and no brand has the made-up names.
    assert re.search(r"\d{4} generated, \d{4} passed", ended.stdout)
