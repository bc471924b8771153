"""Topics on the real broker: a wrong one is named, with what is wrong about it."""

import asyncio

import pytest

from sentiment.errors import TopicError
from sentiment.topics import DEAD_LETTERS, MENTIONS, MINUTES, SCORED, TWEETS
from stream.settings import StreamSettings
from stream.topics import check_topics, create_topics, created_topics
from tests.live.kafka_io import remake

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
