"""A history replayed as fast as it goes raises the alarms that `backtest` finds in its file."""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from sentiment.topics import MENTIONS, TWEETS
from stream.settings import StreamSettings
from tests.chaos.fleet import Fleet
from tests.live.burst import alerts
from tests.live.conftest import page, wait_ready, wait_until
from tests.live.kafka_io import lag, read_all
from trainer.registry.register import Versions

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

START = datetime(2015, 2, 16, tzinfo=UTC)
DAYS = 3
BURSTS = {"acme": 2 * 1_440 + 600, "zeta": 2 * 1_440 + 1_000}
BURST_MINUTES = 25
WORDS = [f"{one}{other}" for one in ("sea", "win", "gar", "tow", "hil", "lon", "mar", "pel")
         for other in ("ton", "mer", "wick", "ford", "dale", "ham", "ley", "by")]  # fmt: skip


def history(path: Path) -> Path:
    """Two brands, a burst of complaints each, by many authors; newest first, as exports are."""
    dice = random.Random(7)
    rows = []
    for minute in range(DAYS * 1_440):
        for brand, begin in BURSTS.items():
            burst = begin <= minute < begin + BURST_MINUTES
            for _ in range(12 if burst else dice.randrange(3)):
                second = dice.random() * 60
                rows.append((START + timedelta(minutes=minute, seconds=second), brand, burst))
    rows.sort()
    lines = [
        orjson.dumps({
            "id": str(number), "brand": brand, "created_at": at, "author": f"person {number}",
            "lang": "en", "text": text(dice, burst),
        })
        for number, (at, brand, burst) in enumerate(rows)
    ]  # fmt: skip
    path.write_bytes(b"\n".join(reversed(lines)))
    return path


def text(dice: random.Random, burst: bool) -> str:
    late = dice.random() < (0.9 if burst else 0.2)
    return " ".join(["late tarmac" if late and burst else "late" if late else "good",
                     *dice.sample(WORDS, 6)])  # fmt: skip


def badbuzz(fleet: Fleet, *arguments: str) -> str:
    """What a command prints."""
    folder = {"BADBUZZ_MODELS_DIR": str(fleet.folder / "models")}
    environment = {**os.environ, **fleet.environment, **folder}
    command = [str(Path(sys.executable).with_name("badbuzz")), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    return done.stdout.decode()


def test_a_replay_at_very_high_speed_raises_the_alarms_of_the_backtest(
    settings: StreamSettings,
    versions: Versions,
    new_version: Callable[[float], str],
    fleet: Fleet,
    tmp_path: Path,
) -> None:
    versions.point(new_version(0.0))
    fleet.environment["BADBUZZ_IDLE_PARTITION_SECONDS"] = "30"  # as it is by default
    worker = fleet.start()
    wait_ready(worker)
    file = history(tmp_path / "history.jsonl")
    badbuzz(fleet, "replay", str(file), "--speed", "50000")
    wait_until(lambda: lag(settings, TWEETS) + lag(settings, MENTIONS) == 0, 90, "all is counted")

    mentions = [orjson.loads(record.value) for record in read_all(settings, MENTIONS)]
    sources = {mention["source_partition"] for mention in mentions}
    assert len(sources) > 1, "several partitions deliver"
    found = orjson.loads(badbuzz(fleet, "backtest", str(file), "--model", "champion", "--json"))
    expected = sorted((a["at"], a["brand"], a["kind"]) for a in found["alarms"])
    assert {brand for _, brand, _ in expected} == set(BURSTS)
    live = sorted(
        (alert.at.isoformat(), alert.brand, alert.kind)
        for alert in alerts(settings)
        if alert.state == "open"
    )
    assert live == expected
    late = 'badbuzz_buzz_late_mentions_total{brands="other"} '
    assert f"{late}0.0" in page(worker, "/metrics")[1]
