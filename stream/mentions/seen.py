"""A record of `brand.mentions` as the detector takes it."""

from datetime import UTC, datetime

from aiokafka import ConsumerRecord

from sentiment.messages import Mention
from stream.buzz.detector import Sighting
from stream.buzz.duplicates import author_digest, text_digest
from stream.buzz.watermark import MINUTE_MS, Mark

Seen = tuple[str, Sighting, Mark]
"""The brand, what is counted, and what it tells about event time."""

_validate = Mention.__pydantic_validator__.validate_json


def read_mention(record: ConsumerRecord, now_ms: int) -> Seen:
    """What a record says.

    Args:
        record: from `brand.mentions`.
        now_ms: the clock, in milliseconds since 1970; no record is from later.

    Raises:
        pydantic.ValidationError: it is no mention.
    """
    mention: Mention = _validate(record.value)
    # A stamp of the future is no later than its record, and a record no later than the clock.
    taken = min(record.timestamp, now_ms)
    stamp = min(_utc(mention.event_time).timestamp() * 1000, taken)
    sighting = Sighting(
        int(stamp // MINUTE_MS),
        mention.p_negative,
        mention.model_version,
        text_digest(mention.text),
        mention.text,
        mention.id,
        author_digest(mention.author),
        mention.p_positive,
    )
    mark = Mark(sighting.minute, mention.source_partition, taken)
    return mention.brand, sighting, mark


def _utc(moment: datetime) -> datetime:
    """A time without a zone is UTC; year 1 has no other, as local time would leave its range."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
