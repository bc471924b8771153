"""People's feedback: each item is read by one worker, to compare champion and challenger."""

import asyncio
import logging
from collections.abc import Callable

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from sentiment.kafka_records import TolerantConsumer
from sentiment.messages import Feedback
from sentiment.topics import FEEDBACK
from stream.kafka.backoff import Backoff
from stream.settings import StreamSettings

log = logging.getLogger(__name__)


async def read_feedback(
    settings: StreamSettings, take: Callable[[Feedback], None], unreadable: Callable[[], None]
) -> None:
    """Hand each new feedback to `take`, until cancelled; Kafka's faults are waited out.

    A record that cannot be read, or makes `take` fail, is skipped and reported to `unreadable`.

    The workers share a consumer group, so each feedback is taken by one of them. It begins with
    what comes after its first start, and may take one again after a crash.
    """
    backoff = Backoff()
    while True:
        consumer = TolerantConsumer(
            settings.topic(FEEDBACK),
            **settings.kafka_client,
            group_id=f"{settings.group}-shadow",
            auto_offset_reset="latest",
            isolation_level="read_committed",
        )
        try:
            await consumer.start()
            async for record in consumer:
                _hand_over(record, take, unreadable)
        except (KafkaError, OSError) as error:
            log.warning("Cannot read feedback (%r); trying again.", error)
            await backoff.wait()
        finally:
            await asyncio.shield(consumer.stop())


def _hand_over(
    record: ConsumerRecord, take: Callable[[Feedback], None], unreadable: Callable[[], None]
) -> None:
    try:
        take(Feedback.model_validate_json(record.value or b""))
    except Exception as error:  # noqa: BLE001 - no record may stop those behind it
        unreadable()
        log.warning(
            "%s[%d] offset %d: skipped a feedback record that cannot be used (%s).",
            record.topic, record.partition, record.offset, type(error).__name__,
        )  # fmt: skip
