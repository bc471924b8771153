"""Feedback on its way to Kafka: acknowledged by all replicas, or told as not stored."""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Any, Literal

from aiokafka import AIOKafkaProducer, ConsumerRecord
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from api.metrics import Metrics
from api.problems import ProblemError, not_now
from api.reader import Reader, Start
from api.settings import ApiSettings
from api.tally import Tally
from sentiment.messages import Feedback
from sentiment.topics import FEEDBACK

log = logging.getLogger(__name__)

_PROBE_TIMEOUT_S = 2.0
_PROBE_AGE_S = 1.0
_WATCH_S = 2.0


class FeedbackLog:
    """Writes feedback, and reads the topic to know the keys that it holds.

    Args:
        settings: name the brokers, the topic and the limits.
        metrics: count outcomes and wrong predictions.
    """

    def __init__(self, settings: ApiSettings, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._topic = settings.topic(FEEDBACK)
        self._tally = Tally(settings.api_feedback_keys, self._count)
        self._producer: Any = None
        self._pending: set[asyncio.Future[Any]] = set()
        self._probed_at = float("-inf")
        self._fault: str | None = "Kafka was not reached yet."
        starts = {self._topic: Start(settings.api_feedback_keys)}
        self.reader = Reader(settings, starts, self._read)

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

    async def store(self, feedback: Feedback) -> Literal["stored", "known"]:
        """Return once Kafka has the feedback.

        Raises:
            ProblemError: 409, the key is taken; 503, Kafka did not acknowledge in time.
        """
        known = self._tally.stored_as(feedback)
        if known is False:
            self._metrics.feedback.labels("conflict").inc()
            raise ProblemError(409, "This key was stored with other content; take a new one.")
        if known is None:
            await self._write(feedback)
        outcome: Literal["stored", "known"] = "known" if known else "stored"
        self._metrics.feedback.labels(outcome).inc()
        return outcome

    async def fault(self) -> str | None:
        """What is wrong with Kafka, asked anew when the last answer is old; None: nothing."""
        if time.monotonic() - self._probed_at > _PROBE_AGE_S:
            self._probed_at = time.monotonic()
            self._fault = await self._probe()
            self._metrics.kafka_up.set(self._fault is None)
        return self._fault

    @property
    def up(self) -> bool:
        """Whether Kafka answered when it was asked last."""
        return self._fault is None

    async def watch(self) -> None:
        """Ask Kafka every few seconds until cancelled."""
        while True:
            await self.fault()
            await asyncio.sleep(_WATCH_S)

    async def _probe(self) -> str | None:
        if self._producer is None:
            return f"Kafka at {self._settings.kafka_brokers} was not reached yet; start it."
        try:
            async with asyncio.timeout(_PROBE_TIMEOUT_S):
                cluster = await self._producer.client.fetch_all_metadata()
        except (KafkaError, OSError, TimeoutError):
            return f"Kafka at {self._settings.kafka_brokers} does not answer; start it."
        if self._topic not in cluster.topics():
            return f"the topic {self._topic} is missing; run `badbuzz topics create`."
        return None

    async def _write(self, feedback: Feedback) -> None:
        try:
            await self._acknowledged(feedback)
        except (KafkaError, OSError, TimeoutError) as error:
            self._metrics.feedback.labels("unavailable").inc()
            log.warning("Feedback %s was not acknowledged: %r", feedback.key, error)
            raise not_now(
                "Kafka did not acknowledge the feedback; send it again with the same key.", 2
            ) from error
        self._tally.stored(feedback)

    async def _acknowledged(self, feedback: Feedback) -> None:
        if self._producer is None or len(self._pending) >= self._settings.api_feedback_queue_size:
            raise TimeoutError("Kafka is not reached, or too much waits for it")
        # The write goes on after a timeout: what is in the producer's queue may yet arrive.
        write = asyncio.ensure_future(self._send(feedback))
        self._pending.add(write)
        write.add_done_callback(self._settle)
        done, _ = await asyncio.wait({write}, timeout=self._settings.api_feedback_timeout_seconds)
        if not done:
            raise TimeoutError("no acknowledgement in time")
        await write

    async def _send(self, feedback: Feedback) -> None:
        self._tally.sending(feedback)
        value = feedback.model_dump_json(exclude_none=True).encode()
        await self._producer.send_and_wait(self._topic, value, feedback.key.encode())

    def _settle(self, write: asyncio.Future[Any]) -> None:
        self._pending.discard(write)
        if not write.cancelled():
            write.exception()  # seen: a late fault was told as a 503 already

    def _read(self, _topic: str, records: Sequence[ConsumerRecord]) -> None:
        for record in records:
            try:
                self._tally.stored(Feedback.model_validate_json(record.value or b""))
            except ValidationError:
                log.warning("partition[%d] offset %d: no feedback", record.partition, record.offset)

    def _count(self, feedback: Feedback) -> None:
        if is_wrong(feedback):
            self._metrics.wrong(feedback.model_version)


def is_wrong(feedback: Feedback) -> bool:
    """Whether the model was wrong: it named the other label. `uncertain` names none."""
    return feedback.predicted in ("negative", "positive") and feedback.predicted != feedback.right
