"""The buzz agent on the real broker: killed amid a burst, it counts and warns as if it were not."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from prometheus_client import CollectorRegistry

from sentiment.alerts import BuzzAlert
from sentiment.topics import ALERTS, MENTIONS, SCORED, TWEETS
from stream.batch import Batch, Outputs
from stream.buzz.detector import Detector
from stream.buzz.options import BuzzOptions
from stream.buzz.watermark import Watermark
from stream.metrics import StreamMetrics
from stream.settings import StreamSettings
from stream.watching import Memory, WatchBatch, Watching
from tests.chaos.fleet import Fleet
from tests.live.conftest import wait_ready, wait_until
from tests.live.kafka_io import lag, read_all, send
from trainer.register import Versions

pytestmark = pytest.mark.live

_DAYS = 3
_PER_MINUTE = 2


def history() -> list[bytes]:
    """Three quiet days of a brand, and a burst of complaints about one thing at their end."""
    chance = random.Random(3)
    start = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=_DAYS, hours=2)
    tweets = []
    for minute in range(_DAYS * 1440 + 60):
        burst = minute >= _DAYS * 1440
        for _ in range(_PER_MINUTE * (6 if burst else 1)):
            word = "late" if chance.random() < (0.9 if burst else 0.2) else "good"
            cause = " stuck on the tarmac" if burst and word == "late" else ""
            text = f"{word}{cause} {chance.choice('abcdefgh')} flight {len(tweets)}"
            tweets.append(
                {
                    "id": str(len(tweets)),
                    "text": text,
                    "brand": "acme",
                    "created_at": (start + timedelta(minutes=minute)).isoformat(),
                }
            )
    return [orjson.dumps(tweet) for tweet in tweets]


def undisturbed(settings: StreamSettings) -> Outputs:
    """What one batch makes of all mentions, in one go."""
    memory = Memory(Detector(BuzzOptions()), Watermark(BuzzOptions().lateness_minutes))
    watching = Watching(
        settings,
        StreamMetrics(CollectorRegistry()),
        settings.partitions,
        lambda _: None,
        lambda _: None,
    )
    records = read_all(settings, MENTIONS)
    work = WatchBatch(watching, memory)
    batch = Batch(settings.topic(MENTIONS), records[0].partition, 0, 1, records, None)  # type: ignore[arg-type]
    return work.publish(work.infer(work.prepare(batch)))


def test_a_worker_killed_amid_a_burst_changes_neither_counts_nor_alerts(
    settings: StreamSettings, versions: Versions, new_version: Callable[[float], str], fleet: Fleet
) -> None:
    versions.point(new_version(0.0))
    fleet.environment["BADBUZZ_BATCH_RECORDS"] = "300"
    first = fleet.start()
    wait_ready(first)
    tweets = history()
    send(settings, TWEETS, tweets, key=b"acme")
    wait_until(lambda: len(read_all(settings, MENTIONS)) > len(tweets) // 2, 60, "half is counted")
    fleet.kill(first)
    wait_ready(fleet.start())
    wait_until(lambda: len(read_all(settings, SCORED)) == len(tweets), 90, "all is scored")
    wait_until(lambda: lag(settings, MENTIONS) == 0, 60, "all is counted")

    expected = undisturbed(settings)
    alerts = [BuzzAlert.model_validate_json(r.value) for r in read_all(settings, ALERTS)]
    of_history = {
        (alert.id, alert.state): alert
        for partition in expected.records.items()
        if partition[0][0] == settings.topic(ALERTS)
        for record in partition[1]
        for alert in [BuzzAlert.model_validate_json(record.value or b"")]
    }

    negative = [alert for alert in alerts if alert.kind == "negative"]
    assert next(alert.state for alert in negative) == "open"
    assert "tarmac" in [word.word for word in negative[0].words[:5]]
    seen = [(alert.id, alert.state) for alert in alerts]
    assert len(seen) == len(set(seen)), "no alert is published twice"
    for key, alert in of_history.items():
        assert alerts[seen.index(key)] == alert
