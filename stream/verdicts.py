"""People's feedback, read by one worker each, for the comparison of champion and challenger."""

import asyncio
import logging
from collections.abc import Callable

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from sentiment.messages import Feedback
from sentiment.topics import FEEDBACK
from stream.backoff import Backoff
from stream.settings import StreamSettings

log = logging.getLogger(__name__)


async def read_verdicts(settings: StreamSettings, take: Callable[[Feedback], None]) -> None:
    """Hand each new feedback to `take`, until cancelled; Kafka's faults are waited out.

    The workers share a consumer group, so each feedback is taken by one of them. It begins with
    what comes after its first start, and may take one again after a crash.
    """
    backoff = Backoff()
    while True:
        consumer = AIOKafkaConsumer(
            settings.topic(FEEDBACK),
            **settings.kafka_client,
            group_id=f"{settings.group}-shadow",
            auto_offset_reset="latest",
            isolation_level="read_committed",
        )
        try:
            await consumer.start()
            async for record in consumer:
                _hand_over(record.value, take)
        except (KafkaError, OSError) as error:
            log.warning("Feedback is not read now (%r); it is tried again.", error)
            await backoff.wait()
        finally:
            await asyncio.shield(consumer.stop())


def _hand_over(value: bytes | None, take: Callable[[Feedback], None]) -> None:
    try:
        take(Feedback.model_validate_json(value or b""))
    except ValidationError:
        log.warning("A record on the topic of feedback is none; it is left out.")
