"""A brand's days and a burst of complaints in waves; and what an undisturbed run makes of them."""

import random
from datetime import UTC, datetime, timedelta

import orjson
from prometheus_client import CollectorRegistry

from sentiment.alerts import BuzzAlert
from sentiment.topics import ALERTS, HOURS, MENTIONS, MINUTES
from stream.batches.batch import Batch
from stream.buzz.detector import Detector
from stream.buzz.options import BuzzOptions
from stream.buzz.watermark import Watermark
from stream.mentions.brand_states import BrandStates
from stream.mentions.brand_store import BrandStore
from stream.mentions.mention_batch import MentionBatch, MentionContext
from stream.mentions.room import Room
from stream.metrics import StreamMetrics
from stream.settings import StreamSettings
from tests.live.kafka_io import read_all

_DAYS = 3
_WAVES = 3
_WAVE_MINUTES = 20
_PAUSE_MINUTES = 10
"""Between waves, of event time: while a fault lasts the clock closes minutes in which nothing
comes, and must not close those of the next wave."""
_PER_MINUTE = 3
_WORDS = [f"{one}{other}" for one in ("sea", "win", "gar", "tow", "hil") for other in
          ("ton", "mer", "wick", "ford", "dale", "ham", "ley", "by")]  # fmt: skip


def story() -> list[list[bytes]]:
    """Quiet days, and then three waves of a burst: tweets that are no copies of one another."""
    chance = random.Random(3)
    length = timedelta(days=_DAYS, minutes=_WAVES * (_WAVE_MINUTES + _PAUSE_MINUTES) + 60)
    start = datetime.now(UTC).replace(second=0, microsecond=0) - length
    parts = [_tweets(chance, start, range(_DAYS * 1440), burst=False)]
    for wave in range(_WAVES):
        first = _DAYS * 1440 + wave * (_WAVE_MINUTES + _PAUSE_MINUTES)
        parts.append(_tweets(chance, start, range(first, first + _WAVE_MINUTES), burst=True))
    return parts


def _tweets(chance: random.Random, start: datetime, minutes: range, burst: bool) -> list[bytes]:
    return [
        orjson.dumps(
            {
                "id": f"{minute}.{number}",
                "text": _text(chance, burst),
                "brand": "acme",
                "created_at": (start + timedelta(minutes=minute)).isoformat(),
            }
        )
        for minute in minutes
        for number in range(_PER_MINUTE * (6 if burst else 1))
    ]


def _text(chance: random.Random, burst: bool) -> str:
    word = "late" if chance.random() < (0.9 if burst else 0.2) else "good"
    cause = ["tarmac"] if burst and word == "late" else []
    return " ".join([word, *cause, *chance.sample(_WORDS, 6)])


def known(settings: StreamSettings) -> dict[bytes, bytes]:
    """The last value of each key of `brand.minutes`."""
    return {record.key: record.value for record in read_all(settings, MINUTES)}


def alerts(settings: StreamSettings) -> list[BuzzAlert]:
    """All alerts, as readers of committed records see them."""
    return [BuzzAlert.model_validate_json(record.value) for record in read_all(settings, ALERTS)]


def is_closed(settings: StreamSettings) -> bool:
    """Whether the minutes of all mentions are closed, but for those that may still come late.

    The run without faults closes them at once, workers only once no other partition of tweets is
    waited for.
    """
    reached = Watermark(BuzzOptions().lateness_minutes)
    reached.load(known(settings)[b"\nwatermark"])
    return reached.minute >= max(reached.reached) - reached.lateness


def assert_as_undisturbed(settings: StreamSettings) -> None:
    """Alerts and counts are those of one run over all mentions without any fault.

    Call it once all `is_closed` and no worker runs. The run's clock stops where theirs did.
    """
    left = known(settings)
    options = BuzzOptions()
    store = BrandStore(settings.state_dir / "undisturbed")
    reached = Watermark(options.lateness_minutes)
    reached.load(left[b"\nwatermark"])
    states = BrandStates(Detector(options), Watermark(options.lateness_minutes), store, Room(100))
    task = MentionBatch(_context(settings), states)
    records = read_all(settings, MENTIONS)
    batch = Batch(settings.topic(MENTIONS), records[0].partition, 0, 1, records, None)  # type: ignore[arg-type]
    counted = task.count(batch)
    found = counted.alerts + task._close(reached.minute)

    seen = alerts(settings)
    assert seen == found
    keys = [(alert.id, alert.state, alert.at) for alert in seen]
    assert len(keys) == len(set(keys)), "no alert is published twice"
    expected = dict(counted.changes) | dict(states.changes(0, 1, whole=True))
    for part in ("closed", "profile"):
        key = f"acme\n{part}".encode()
        assert orjson.loads(left[key]) == orjson.loads(expected[key]), part


def _context(settings: StreamSettings) -> MentionContext:
    metrics = StreamMetrics(CollectorRegistry())
    partitions = {settings.topic(one): settings.partitions for one in (ALERTS, HOURS)}
    return MentionContext(settings, metrics, partitions, *[lambda _: None] * 4)
