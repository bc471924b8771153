"""The demonstration ends with the first brand of the user's own, added before it or meanwhile."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Timer
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from infra.local.kafka import LocalKafka
from sentiment.brands.record import Brand
from sentiment.brands.topic import write_brand
from sentiment.settings import Settings
from stream.commands.demo import demo
from stream.kafka.topics import create_topics, created_topics

pytestmark = pytest.mark.live

BRAND = Brand(name="Air Paradis", names=["air paradis"], added_at=datetime.now(UTC))


@pytest.fixture
def settings(kafka: LocalKafka) -> Settings:
    """Of topics that are the test's own."""
    made = Settings(_env_file=None, kafka_brokers=kafka.bootstrap, topic_prefix=f"{uuid4().hex}.")
    asyncio.run(create_topics(made))
    asyncio.run(created_topics(made))
    return made


@pytest.fixture
def play(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command `badbuzz demo`, for a minute at most."""
    monkeypatch.setenv("KAFKA_BROKERS", settings.kafka_brokers)
    monkeypatch.setenv("BADBUZZ_TOPIC_PREFIX", settings.topic_prefix)
    return lambda *more: CliRunner().invoke(
        demo, ["--seconds", "60", *more], catch_exceptions=False
    )


def test_a_brand_that_is_added_ends_it_and_one_that_is_there_lets_none_begin(
    settings: Settings, play: Callable[..., Result]
) -> None:
    adding = Timer(3, lambda: asyncio.run(write_brand(settings, BRAND)))
    adding.start()
    for _ in range(2):
        ended = play()
        assert ended.exit_code == 0
        assert "The demonstration has ended: Air Paradis is watched." in ended.output
    adding.join()
