"""All topics of badbuzz: their names, and how Kafka is to keep them."""

from dataclasses import dataclass

from sentiment.settings import Settings

TWEETS = "tweets"
SCORED = "tweets.scored"
DEAD_LETTERS = "tweets.dlq"
DEAD_LETTER_MARKS = "tweets.dlq.marks"
MENTIONS = "brand.mentions"
MINUTES = "brand.minutes"
ALERTS = "buzz.alerts"
FEEDBACK = "feedback"

COMPACTED = frozenset({DEAD_LETTER_MARKS, MINUTES})
ALL = (TWEETS, SCORED, DEAD_LETTERS, DEAD_LETTER_MARKS, MENTIONS, MINUTES, ALERTS, FEEDBACK)

DEAD_LETTER_ROOM = 65_536
"""Bytes that a dead letter may be larger than the record it carries: its headers."""


@dataclass(frozen=True)
class TopicSpec:
    """How one topic is to be: full name, partitions, replicas and Kafka's own settings."""

    name: str
    partitions: int
    replication: int
    config: dict[str, str]


def topic_specs(settings: Settings) -> list[TopicSpec]:
    """The topics of one installation, in the order of `ALL`."""
    return [_spec(name, settings) for name in ALL]


def _spec(name: str, settings: Settings) -> TopicSpec:
    size = settings.max_message_bytes + (DEAD_LETTER_ROOM if name == DEAD_LETTERS else 0)
    config = {"max.message.bytes": str(size), "cleanup.policy": "delete"}
    if name in COMPACTED:
        config["cleanup.policy"] = "compact"
    elif name == FEEDBACK:
        config["retention.ms"] = "-1"  # training rows: people's work is kept
    else:
        config["retention.ms"] = str(int(settings.retention_hours * 3_600_000))
    if name == DEAD_LETTERS:
        # Kept from the time of failing on: a record may have been old when it failed.
        config["message.timestamp.type"] = "LogAppendTime"
    return TopicSpec(settings.topic(name), settings.partitions, settings.replication, config)
