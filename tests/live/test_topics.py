"""Topics on the real broker: a wrong one is named, with what is wrong about it."""

import asyncio
import time

import pytest

from sentiment.errors import TopicError
from sentiment.topics import ALL, DEAD_LETTERS, MENTIONS, MINUTES, SCORED, TWEETS
from stream.kafka.topics import check_topics, create_topics, created_topics
from stream.settings import StreamSettings
from tests.live.kafka_io import read_all, remake, send

pytestmark = pytest.mark.live


def test_created_topics_pass_the_check(settings: StreamSettings) -> None:
    found = asyncio.run(check_topics(settings))
    assert found[settings.topic(TWEETS)] == settings.partitions


@pytest.mark.parametrize(
    ("source", "derived"), [(TWEETS, SCORED), (TWEETS, DEAD_LETTERS), (MENTIONS, MINUTES)]
)
def test_a_topic_with_fewer_partitions_than_its_source_is_refused(
    settings: StreamSettings, source: str, derived: str
) -> None:
    asyncio.run(remake(settings, derived, settings.partitions - 1))
    with pytest.raises(TopicError) as refused:
        asyncio.run(check_topics(settings))
    assert f"{settings.topic(derived)} has {settings.partitions - 1} partitions" in str(
        refused.value
    )
    assert settings.topic(source) in str(refused.value)


def test_a_second_create_makes_only_what_is_missing(settings: StreamSettings) -> None:
    async def again() -> list[str]:
        made = await create_topics(settings)
        await created_topics(settings)
        return made

    assert asyncio.run(again()) == []


def test_a_record_of_years_ago_is_kept_from_its_arrival_on(settings: StreamSettings) -> None:
    """Kafka would delete it before anybody reads it, if its producer's time counted."""
    years_ago, now = 1_424_779_200_000, time.time() * 1000
    for topic in ALL:
        send(settings, topic, [b"x"], timestamp_ms=years_ago)
        (record,) = read_all(settings, topic)
        assert abs(record.timestamp - now) < 600_000, topic
