"""Brands that people add: in effect in a running worker within seconds, with a past or without."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from click.testing import CliRunner, Result

from sentiment.brands.past import MOST_HOURS, is_past
from sentiment.hours import BrandHour
from sentiment.topics import HOURS, MENTIONS, MINUTES, TWEETS
from stream.commands.brands import brands
from stream.settings import StreamSettings
from tests.chaos.fleet import Fleet
from tests.live.conftest import page, wait_ready, wait_until
from tests.live.kafka_io import lag, read_all, send
from trainer.registry.register import Versions

pytestmark = pytest.mark.live

WITHIN_SECONDS = 10.0
DAYS = 9


@pytest.fixture
def badbuzz(fleet: Fleet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """The command `badbuzz brands`, led to the test's services."""
    for name, value in fleet.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BADBUZZ_MODELS_DIR", str(tmp_path / "own-models"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(brands, arguments, catch_exceptions=False)

    return run


def test_a_brand_is_added_learned_mentioned_and_removed_while_a_worker_runs(
    settings: StreamSettings,
    versions: Versions,
    new_version: Callable[[float], str],
    fleet: Fleet,
    badbuzz: Callable[..., Result],
    tmp_path: Path,
) -> None:
    versions.point(new_version(0.0))
    worker = fleet.start()
    history = past_of(tmp_path, datetime.now(UTC) - timedelta(days=2))
    wait_ready(worker)
    assert not mentioned(settings, "Air Paradis is late, and nobody knows it yet")

    added = badbuzz("add", "Air Paradis", "--handle", "@AirParadis", "--name", "air paradis",
                    "--learn-from", str(history), "--time-column", "said")  # fmt: skip
    assert "Learned from" in added.output
    assert "The brand can raise alerts now" in added.output
    seconds = wait_until(
        lambda: mentioned(settings, "AIR PARADIS lost my bag"), WITHIN_SECONDS, "it is mentioned"
    )
    print(f"first mention {seconds:.1f} s after the command")
    assert "Air Paradis" in badbuzz("list").output
    assert badbuzz("test", "so late, @airparadis!").output == "Air Paradis\n"

    wait_until(lambda: taken(page(worker, "/metrics")[1]) == 1, 30, "the past is taken")
    since = known_since(settings, "Air Paradis")
    assert since < time.time() / 60 - 48 * 60, "it is known for more than two days"
    hours = [BrandHour.model_validate_json(one.value) for one in read_all(settings, HOURS)]
    assert len(hours) == MOST_HOURS, "the last week of the file stands on the brand's chart"
    assert max(hour.start for hour in hours) < datetime.now(UTC) - timedelta(days=2)

    removed = badbuzz("remove", "air PARADIS")
    assert removed.output == "Removed Air Paradis.\n"
    wait_until(
        lambda: not mentioned(settings, "air paradis again"), WITHIN_SECONDS, "it is forgotten"
    )


def past_of(folder: Path, until: datetime) -> Path:
    """Nine days of calm tweets, one a quarter of an hour, as a spreadsheet's export has them."""
    path = folder / "history.csv"
    minutes = range(0, DAYS * 24 * 60, 15)
    start = until - timedelta(days=DAYS)
    rows = [
        f"{(start + timedelta(minutes=minute)).isoformat()},flight {minute} of air paradis"
        for minute in minutes
    ]
    path.write_text("\n".join(["said,text", *rows]))
    return path


def tweet(settings: StreamSettings, text: str) -> str:
    """Push a tweet; its id."""
    name = uuid4().hex
    send(settings, TWEETS, [orjson.dumps({"id": name, "text": text})], key=None)
    return name


def mentioned(settings: StreamSettings, text: str) -> bool:
    """Whether a tweet that is sent now becomes a mention."""
    name = tweet(settings, text)
    wait_until(lambda: lag(settings, TWEETS) == 0, 30, "it is scored")
    return any(
        orjson.loads(one.value)["id"] == name
        for one in read_all(settings, MENTIONS)
        if not is_past(one)
    )


def known_since(settings: StreamSettings, brand: str) -> int:
    """The minute since which the worker knows a brand, as it would be restored."""
    key = f"{brand}\nopen".encode()
    states = [one.value for one in read_all(settings, MINUTES) if one.key == key]
    return int(orjson.loads(states[-1])["since"])


def taken(metrics: str) -> float:
    """The pasts that a worker took."""
    name = 'badbuzz_buzz_pasts_total{outcome="taken"} '
    return next(float(row[len(name) :]) for row in metrics.splitlines() if row.startswith(name))
