"""What people write, on its way to Kafka: acknowledged by all replicas, or reported as lost."""

import asyncio
import logging
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from api.settings import ApiSettings

log = logging.getLogger(__name__)

UNACKNOWLEDGED = (KafkaError, OSError, TimeoutError)
"""What `Producer.write` raises when Kafka did not acknowledge a record in time."""


class Producer:
    """One producer for all that people write; bounded in what waits and in time.

    Args:
        settings: name the brokers and the limits.
    """

    def __init__(self, settings: ApiSettings) -> None:
        self._settings = settings
        self._producer: Any = None
        self._pending: set[asyncio.Future[Any]] = set()

    async def connect(self) -> None:
        """Reach Kafka, however long that takes; from then on the producer reconnects itself."""
        wait = 0.5
        while self._producer is None:
            producer = AIOKafkaProducer(
                **self._settings.kafka_client,
                acks="all",
                enable_idempotence=True,
                request_timeout_ms=int(self._settings.api_feedback_timeout_seconds * 1_000),
                retry_backoff_ms=200,
            )
            try:
                await producer.start()
                self._producer = producer
            except (KafkaError, OSError) as error:
                await producer.stop()
                log.warning("Kafka does not answer (%r); it is retried.", error)
                await asyncio.sleep(wait)
                wait = min(wait * 2, 5.0)

    async def close(self) -> None:
        """Flush what was accepted and leave Kafka."""
        if self._producer is not None:
            await self._producer.stop()

    async def topics(self) -> set[str] | None:
        """The topics there are; None: Kafka was not reached yet.

        Raises:
            KafkaError, OSError: Kafka does not answer.
        """
        if self._producer is None:
            return None
        return set((await self._producer.client.fetch_all_metadata()).topics())

    async def write(self, topic: str, key: bytes, value: bytes | None) -> None:
        """Return once Kafka has the record. After an error it may still arrive.

        Raises:
            KafkaError, OSError, TimeoutError: see `UNACKNOWLEDGED`.
        """
        self.require_room()
        # The write continues after a timeout: the producer's queue may still arrive.
        write = asyncio.ensure_future(self._producer.send_and_wait(topic, value, key))
        self._pending.add(write)
        write.add_done_callback(self._settle)
        done, _ = await asyncio.wait({write}, timeout=self._settings.api_feedback_timeout_seconds)
        if not done:
            raise TimeoutError("no acknowledgement in time")
        await write

    def require_room(self) -> None:
        """Check that a record can be taken now.

        Raises:
            TimeoutError: it cannot.
        """
        if self._producer is None or len(self._pending) >= self._settings.api_feedback_queue_size:
            raise TimeoutError("Kafka is not reached, or too much waits for it")

    def _settle(self, write: asyncio.Future[Any]) -> None:
        self._pending.discard(write)
        if not write.cancelled():
            write.exception()  # seen: a late fault was already answered with 503
