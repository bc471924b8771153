"""Makes and checks the topics of an installation; no cluster has to create them by itself."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from sentiment.errors import BrokerError, TopicError
from sentiment.settings import Settings
from sentiment.topics import (
    DEAD_LETTERS,
    MENTIONS,
    MINUTES,
    SCORED,
    TWEETS,
    TopicSpec,
    topic_specs,
)
from stream.kafka.backoff import Backoff

log = logging.getLogger(__name__)

_SPREAD_SECONDS = 10.0
_SAME_PARTITION = (
    (TWEETS, SCORED),
    (TWEETS, DEAD_LETTERS),
    (MENTIONS, DEAD_LETTERS),
    (MENTIONS, MINUTES),
)
"""Topics and those that the worker writes beside them, partition by partition."""
_CHECKED = ("max.message.bytes", "cleanup.policy", "message.timestamp.type")


async def create_topics(settings: Settings) -> list[str]:
    """Create the topics that are missing; leaves the others as they are.

    Returns:
        the names of those that were created.

    Raises:
        TopicError: Kafka refuses a topic.
        BrokerError: Kafka does not answer.
    """
    created = []
    async with _admin(settings) as admin:
        for spec in topic_specs(settings):
            topic = NewTopic(
                spec.name, spec.partitions, spec.replication, topic_configs=spec.config
            )
            answer = await admin.create_topics([topic])
            for name, code, *rest in answer.topic_errors:
                error = for_code(code)
                if error is TopicAlreadyExistsError:
                    continue
                if code:
                    why = f"{error.__name__} {rest[0] if rest else ''}".strip()
                    raise TopicError(f"Kafka refused to create the topic {name}: {why}")
                created.append(name)
    return created


async def created_topics(settings: Settings) -> dict[str, int]:
    """As `check_topics`, soon after `create_topics`: brokers learn of a topic one by one.

    Raises:
        TopicError: they do not agree within 10 s.
    """
    until = time.monotonic() + _SPREAD_SECONDS
    while True:
        try:
            return await check_topics(settings)
        except (TopicError, BrokerError):
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.1)


async def check_topics(settings: Settings) -> dict[str, int]:
    """Compare the topics with the settings.

    Returns:
        the number of partitions of each topic, by full name.

    Raises:
        TopicError: topics are missing or wrong: all of them are named.
        BrokerError: Kafka does not answer.
    """
    specs = topic_specs(settings)
    async with _admin(settings) as admin:
        found = {
            topic["topic"]: len(topic["partitions"])
            for topic in await admin.describe_topics([spec.name for spec in specs])
            if not topic["error_code"]
        }
        faults = [f"{spec.name} is missing" for spec in specs if spec.name not in found]
        for spec in specs:
            if spec.name in found:
                faults += _faults(spec, await _config(admin, spec.name))
    faults += _too_few(settings, found)
    if faults:
        raise TopicError(
            "; ".join(faults) + ". Run `badbuzz topics create` for those that are missing; "
            "change the others with kafka-configs or kafka-topics, or the settings that differ."
        )
    return found


async def checked_topics(settings: Settings) -> dict[str, int]:
    """As `check_topics`; while no broker answers, say so and try again.

    Raises:
        TopicError: topics are missing or wrong.
    """
    backoff = Backoff()
    while True:
        try:
            return await check_topics(settings)
        except BrokerError as error:
            log.warning("%s Trying again.", error)
            await backoff.wait()


async def missing_outputs(settings: Settings, source: TopicPartition) -> list[str]:
    """Topics without a partition for what comes of the records of `source`, as text for a person.

    Raises:
        BrokerError: Kafka does not answer.
    """
    beside = [
        settings.topic(derived)
        for name, derived in _SAME_PARTITION
        if settings.topic(name) == source.topic
    ]
    async with _admin(settings) as admin:
        topics = await admin.describe_topics(beside)
    found = {topic["topic"]: len(topic["partitions"]) for topic in topics}
    least = source.partition + 1
    return [
        f"{name} has {number} partitions, expected {least} or more, as {source.topic} has"
        for name, number in found.items()
        if number < least
    ]


def _too_few(settings: Settings, found: dict[str, int]) -> list[str]:
    faults = []
    for source_name, derived_name in _SAME_PARTITION:
        source, derived = settings.topic(source_name), settings.topic(derived_name)
        if source in found and derived in found and found[source] > found[derived]:
            faults.append(
                f"{derived} has {found[derived]} partitions, expected at least the "
                f"{found[source]} of {source}: what comes of a record goes to its own partition"
            )
    return faults


def _faults(spec: TopicSpec, config: dict[str, str]) -> list[str]:
    faults = []
    for name in _CHECKED:
        expected, got = spec.config[name], config.get(name, "")
        fits = int(got or 0) >= int(expected) if name.endswith("bytes") else got == expected
        if not fits:
            faults.append(f"{spec.name}: expected {name}={expected}, got {got or 'nothing'}")
    return faults


async def _config(admin: AIOKafkaAdminClient, name: str) -> dict[str, str]:
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
    return {
        entry[0]: entry[1]
        for answer in answers
        for resource in answer.resources
        for entry in resource[4]
    }


@asynccontextmanager
async def _admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**settings.kafka_client)
    try:
        await admin.start()
        yield admin
    except KafkaError as error:
        raise BrokerError(
            f"Kafka at {settings.kafka_brokers} does not answer as expected ({error!r}); "
            "start it, or set KAFKA_BROKERS."
        ) from error
    finally:
        await admin.close()
