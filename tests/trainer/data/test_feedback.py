"""Feedback as training rows, from a real broker."""

import asyncio
from datetime import UTC, datetime

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from infra.local.kafka import LocalKafka
from sentiment.errors import TopicError
from sentiment.messages import Feedback, Sentiment
from sentiment.topics import FEEDBACK
from trainer.data.feedback import read_feedback
from trainer.data.source import made_up_tweets
from trainer.data.tweets import joined, split, with_more
from trainer.settings import TrainerSettings

pytestmark = pytest.mark.live


def verdict(key: str, text: str, right: Sentiment, caller: str | None = None) -> bytes:
    return (
        Feedback(
            key=key,
            text=text,
            predicted="uncertain",
            right=right,
            model_version="1",
            caller=caller,
            received_at=datetime.now(UTC),
        )
        .model_dump_json()
        .encode()
    )


async def fill(settings: TrainerSettings, records: list[bytes]) -> None:
    topic = settings.topic(FEEDBACK)
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_brokers)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 2, 1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka_brokers)
    await producer.start()
    for number, record in enumerate(records):
        await producer.send_and_wait(topic, record, partition=number % 2)
    await producer.stop()


@pytest.fixture
def settings(kafka: LocalKafka, monkeypatch: pytest.MonkeyPatch) -> TrainerSettings:
    monkeypatch.setenv("KAFKA_BROKERS", kafka.bootstrap)
    monkeypatch.setenv("BADBUZZ_TOPIC_PREFIX", "trainer-feedback.")
    return TrainerSettings()


def test_each_key_counts_once_and_other_records_are_passed_over(settings: TrainerSettings) -> None:
    records = [
        verdict("a", "so late", "negative"),
        b"not json",
        verdict("a", "so late", "negative"),
        verdict("b", "lovely crew", "positive"),
    ]
    asyncio.run(fill(settings, records))
    found = read_feedback(settings, rows=1_000_000)
    rows = set(zip(found.texts, found.negative.tolist(), strict=True))
    assert rows == {("so late", 1), ("lovely crew", 0)}
    assert len(found) == 2


def test_a_missing_topic_says_which_command_makes_it(
    settings: TrainerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BADBUZZ_TOPIC_PREFIX", "nobody.")
    with pytest.raises(TopicError, match="badbuzz topics create"):
        read_feedback(TrainerSettings(), 1_000)


def test_feedback_never_reaches_the_frozen_test_part() -> None:
    parts = split(made_up_tweets(500))
    more = joined([parts.test, made_up_tweets(500, seed=8)])
    grown = with_more(parts, more)
    assert grown.test.texts == parts.test.texts
    assert not set(grown.train.texts) & set(parts.test.texts)
    assert len(grown.train) > len(parts.train)


def test_one_caller_gives_no_more_than_a_share_of_a_training(
    kafka: LocalKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_BROKERS", kafka.bootstrap)
    settings = TrainerSettings(topic_prefix="trainer-share.")
    votes = [verdict(f"a{n}", f"late {n}", "negative", "ann") for n in range(40)]
    asyncio.run(fill(settings, [*votes, verdict("b", "good", "positive", "bob")]))
    assert len(read_feedback(settings, rows=200)) == 10 + 1
    assert len(read_feedback(settings, rows=10_000)) == 40 + 1
    settings.feedback_rows_per_caller = 5
    assert len(read_feedback(settings, rows=10_000)) == 5 + 1
