"""All topics of badbuzz: their names, and how Kafka is to keep them."""

from dataclasses import dataclass

from sentiment.settings import Settings

TWEETS = "tweets"
SCORED = "tweets.scored"
DEAD_LETTERS = "tweets.dlq"
DEAD_LETTER_MARKS = "tweets.dlq.marks"
MENTIONS = "brand.mentions"
MINUTES = "brand.minutes"
HOURS = "brand.hours"
ALERTS = "buzz.alerts"
ACTIONS = "buzz.actions"
FEEDBACK = "feedback"
BRANDS = "brands"

COMPACTED = frozenset({DEAD_LETTER_MARKS, MINUTES, BRANDS})
REMEMBERED = frozenset({HOURS, ALERTS, ACTIONS})
"""Small ones that people look back at: kept for `alert_days`."""
ALL = (
    TWEETS,
    SCORED,
    DEAD_LETTERS,
    DEAD_LETTER_MARKS,
    MENTIONS,
    MINUTES,
    HOURS,
    ALERTS,
    ACTIONS,
    FEEDBACK,
    BRANDS,
)

DEAD_LETTER_ROOM = 65_536
"""Bytes that a dead letter may be larger than the record it carries: its headers."""


@dataclass(frozen=True)
class TopicSpec:
    """The configuration of one topic: full name, partitions, replicas and Kafka's own settings."""

    name: str
    partitions: int
    replication: int
    config: dict[str, str]


def topic_specs(settings: Settings) -> list[TopicSpec]:
    """The topics of one installation, in the order of `ALL`."""
    return [_spec(name, settings) for name in ALL]


def _spec(name: str, settings: Settings) -> TopicSpec:
    size = settings.max_message_bytes + (DEAD_LETTER_ROOM if name == DEAD_LETTERS else 0)
    config = {
        "max.message.bytes": str(size),
        "cleanup.policy": "delete",
        # Retention counts from arrival. A producer's own time may be years old, and Kafka would
        # delete the record before anybody reads it; the value holds the event time.
        "message.timestamp.type": "LogAppendTime",
    }
    if name in COMPACTED:
        config["cleanup.policy"] = "compact"
    elif name == FEEDBACK:
        config["retention.ms"] = "-1"  # training rows: people's work is kept
    elif name in REMEMBERED:
        config["retention.ms"] = str(int(settings.alert_days * 86_400_000))
    else:
        config["retention.ms"] = str(int(settings.retention_hours * 3_600_000))
    return TopicSpec(settings.topic(name), settings.partitions, settings.replication, config)
