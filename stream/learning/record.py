"""A brand's past as a record of `brand.mentions`: written by a command, tried by the owner."""

from collections.abc import Sequence
from datetime import datetime

import orjson
from aiokafka import AIOKafkaProducer, ConsumerRecord
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from sentiment.alerts import at_minute
from sentiment.brands.past import KIND, MOST_HOURS, PAST, BrandPast
from sentiment.errors import BadMessageError, BrokerError
from sentiment.hours import BrandHour
from sentiment.settings import Settings
from sentiment.topics import MENTIONS
from stream.buzz.brand import PARTS, BrandState, dump_part, load_brand
from stream.buzz.detector import Detector
from stream.buzz.options import DAY, HOUR, SILENT_MINUTES

MAX_BYTES = 512 * 1024
"""A learned state is about 30 kB, a week of hours 60 kB."""
_OLDEST = 28 * DAY
_TRIED = SILENT_MINUTES + 2 * HOUR


def as_past(
    state: BrandState,
    mentions: int,
    span: tuple[datetime, datetime],
    at: datetime,
    version: str,
    hours: Sequence[BrandHour] = (),
) -> BrandPast:
    """The record of a state.

    Args:
        state: as `learn` leaves it.
        mentions: that it was learned from.
        span: of the file: the first mention and the last.
        at: now.
        version: of the model.
        hours: of the file, in their order; the last week of them is kept, for charts.
    """
    return BrandPast(
        brand=state.brand,
        parts={part: orjson.loads(dump_part(state, part)) for part in PARTS},
        mentions=mentions,
        hours=list(hours[-MOST_HOURS:]),
        first_at=span[0],
        last_at=span[1],
        learned_at=at,
        model_version=version,
    )


async def send_past(settings: Settings, past: BrandPast) -> None:
    """Put a past among the mentions of its brand, for the owner of the partition.

    Raises:
        BrokerError: Kafka did not acknowledge it.
    """
    producer = AIOKafkaProducer(
        **settings.kafka_client,
        acks="all",
        enable_idempotence=True,
        compression_type="gzip",
        max_request_size=MAX_BYTES,
    )
    value, key = past.model_dump_json().encode(), past.brand.encode()
    try:
        await producer.start()
        topic = settings.topic(MENTIONS)
        await producer.send_and_wait(topic, value, key, headers=[(KIND, PAST)])
    except (KafkaError, OSError) as error:
        raise BrokerError(
            f"Kafka at {settings.kafka_brokers} did not take the past of {past.brand} "
            f"({error!r}); try again once it answers."
        ) from error
    finally:
        await producer.stop()


def read_past(record: ConsumerRecord, detector: Detector, now: int) -> BrandState:
    """The state in a record, with the hours to publish once it is taken.

    It is tried first: a broken one must not end its partition's work.

    Args:
        record: of `brand.mentions`.
        detector: of this worker.
        now: minute of the broker's time.

    Raises:
        BadMessageError: it cannot be used, for example because another release wrote it.
    """
    value = record.value or b""
    if len(value) > MAX_BYTES:
        raise BadMessageError("too_large", f"expected a past of at most {MAX_BYTES} bytes")
    try:
        past = BrandPast.model_validate(orjson.loads(value))
        parts = {part: orjson.dumps(past.parts[part]) for part in PARTS}
        state = load_brand(past.brand, parts, detector.options)
        _require_of_the_past(state, now // detector.options.step_minutes)
        _require_own_hours(past, now)
        trial = load_brand(past.brand, parts, detector.options)
        detector.close_minutes(trial, trial.open.until * detector.options.step_minutes + _TRIED)
        for part in PARTS:
            dump_part(trial, part)
    except BadMessageError:
        raise
    except (orjson.JSONDecodeError, ValidationError, KeyError) as error:
        raise BadMessageError("type", f"expected a brand's past, got {error!r:.200}") from None
    except Exception as error:  # noqa: BLE001 - whatever the detector makes of a forged state
        raise BadMessageError("type", f"a brand's past cannot be used: {error!r:.200}") from None
    state.hours.extend(past.hours)
    return state


def _require_own_hours(past: BrandPast, now: int) -> None:
    if any(hour.brand != past.brand or hour.start > at_minute(now) for hour in past.hours):
        raise BadMessageError("type", "expected hours of the brand itself, all in the past")


def _require_of_the_past(state: BrandState, now: int) -> None:
    opened = state.open
    if not (0 <= opened.since <= opened.until <= now and now - opened.until < _OLDEST):
        raise BadMessageError(
            "type",
            "expected a past that ended less than four weeks ago, in the format of this release; "
            "learn it again with `badbuzz brands add NAME --learn-from FILE`",
        )
    if opened.steps or opened.fresh or opened.fresh_keys or opened.until != state.closed.until:
        raise BadMessageError("type", "expected a past whose steps are all closed")
