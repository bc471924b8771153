"""Feedback on its way to Kafka: acknowledged by all replicas, or reported as not stored."""

import asyncio
import logging
import time
from typing import Literal, get_args

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from api.feedback_list import FeedbackList
from api.metrics import Metrics
from api.problems import ProblemError, not_now
from api.producer import UNACKNOWLEDGED, Producer
from api.reader import Reader, Start
from api.settings import ApiSettings
from api.tally import Tally
from api.votes import Votes
from sentiment.messages import Feedback, Sentiment
from sentiment.topics import FEEDBACK

log = logging.getLogger(__name__)

_PROBE_TIMEOUT_SECONDS = 2.0
_PROBE_AGE_SECONDS = 1.0
_WATCH_SECONDS = 2.0


class FeedbackLog:
    """Writes feedback, and reads the topic to know the keys that it holds.

    Args:
        settings: name the brokers, the topic and the limits.
        metrics: count outcomes and wrong predictions.
        producer: writes to Kafka.

    Attributes:
        listed: the newest feedback on the topic.
    """

    def __init__(self, settings: ApiSettings, metrics: Metrics, producer: Producer) -> None:
        self._settings = settings
        self._metrics = metrics
        self._topic = settings.topic(FEEDBACK)
        self._tally = Tally(settings.api_feedback_keys, self._count)
        self.listed = FeedbackList(settings.api_feedback_listed)
        self._wrong = Votes(settings.api_feedback_keys)
        self._producer = producer
        self._probed_at = float("-inf")
        self._fault: str | None = "Kafka was not reached yet."
        starts = {self._topic: Start(settings.api_feedback_keys)}
        self.reader = Reader(settings, starts, self._read, metrics.live_records)

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
        """What is wrong with Kafka, asked again when the last answer is old; None: nothing."""
        if time.monotonic() - self._probed_at > _PROBE_AGE_SECONDS:
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
            await asyncio.sleep(_WATCH_SECONDS)

    async def _probe(self) -> str | None:
        try:
            async with asyncio.timeout(_PROBE_TIMEOUT_SECONDS):
                topics = await self._producer.topics()
        except (KafkaError, OSError, TimeoutError):
            return f"Kafka at {self._settings.kafka_brokers} does not answer; start it."
        if topics is None:
            return f"Kafka at {self._settings.kafka_brokers} was not reached yet; start it."
        if self._topic not in topics:
            return f"the topic {self._topic} is missing; run `badbuzz topics create`."
        return None

    async def _write(self, feedback: Feedback) -> None:
        value = feedback.model_dump_json(exclude_none=True).encode()
        try:
            self._producer.require_room()
            self._tally.sending(feedback)
            await self._producer.write(self._topic, feedback.key.encode(), value)
        except UNACKNOWLEDGED as error:
            self._metrics.feedback.labels("unavailable").inc()
            log.warning("Feedback %s was not acknowledged: %r", feedback.key, error)
            raise not_now(
                "Kafka did not acknowledge the feedback; send it again with the same key.", 2
            ) from error
        self._tally.stored(feedback)

    def _read(self, record: ConsumerRecord) -> None:
        feedback = Feedback.model_validate_json(record.value)
        self._tally.stored(feedback)
        if is_wrong(feedback):  # after it: what this process sent counts here
            self._wrong.first(feedback)
        if len(record.value) <= self._settings.api_live_record_bytes:
            self.listed.add(feedback)

    def _count(self, feedback: Feedback) -> None:
        if is_wrong(feedback) and self._wrong.first(feedback):
            self._metrics.wrong(feedback.model_version)


def is_wrong(feedback: Feedback) -> bool:
    """Whether the model was wrong: it named another label. `uncertain` and `unsupported` are none.

    A version of two classes cannot say `neutral`: it is wrong of a text that is.
    """
    return feedback.predicted in get_args(Sentiment) and feedback.predicted != feedback.right
