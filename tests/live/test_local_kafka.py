"""The local broker: real, kept over restarts and crashes, and clear about what hinders it."""

import socket
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import UnknownTopicOrPartitionError

from infra.local.kafka import LocalKafka, broker_answers
from infra.local.ports import LOOPBACK, free_port
from sentiment.errors import StackError

pytestmark = pytest.mark.live


async def _create(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def _produce(bootstrap: str, topic: str, values: list[bytes], transaction: str) -> None:
    async with (
        AIOKafkaProducer(
            bootstrap_servers=bootstrap, transactional_id=transaction, compression_type="gzip"
        ) as producer,
        producer.transaction(),
    ):
        for value in values:
            await producer.send(topic, value)


async def _consume(bootstrap: str, topic: str, count: int) -> list[bytes]:
    async with AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    ) as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        return [(await consumer.getone()).value for _ in range(count)]


async def test_a_group_that_is_away_for_a_year_finds_its_offsets(kafka: LocalKafka) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        asked = ConfigResource(ConfigResourceType.BROKER, "1", {"offsets.retention.minutes": None})
        (answer,) = await admin.describe_configs([asked])
    finally:
        await admin.close()
    ((_, _, _, _, settings),) = answer.resources
    assert [setting[1] for setting in settings] == [str(365 * 24 * 60)]


async def test_committed_records_outlive_a_killed_and_a_stopped_broker(tmp_path: Path) -> None:
    with LocalKafka(tmp_path, free_port()) as broker:
        await _create(broker.bootstrap, "kept")
        await _produce(broker.bootstrap, "kept", [b"first"], "t")
        broker.kill()
        assert not broker.is_ready()
        broker.start()
        await _produce(broker.bootstrap, "kept", [b"second"], "t")
        broker.stop()
        broker.start()
        assert await _consume(broker.bootstrap, "kept", 2) == [b"first", b"second"]


async def test_the_data_are_kept_when_the_broker_moves_to_another_port(tmp_path: Path) -> None:
    with LocalKafka(tmp_path, free_port()) as broker:
        await _create(broker.bootstrap, "moved")
        await _produce(broker.bootstrap, "moved", [b"here"], "t")
    with LocalKafka(tmp_path, free_port()) as broker:
        assert await _consume(broker.bootstrap, "moved", 1) == [b"here"]


async def test_a_topic_is_never_created_by_writing_to_it(kafka: LocalKafka) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        (described,) = await admin.describe_topics(["never-created"])
        assert described["error_code"] == UnknownTopicOrPartitionError.errno
        assert "never-created" not in await admin.list_topics()
    finally:
        await admin.close()


def test_a_broker_is_ready_only_when_it_speaks_the_protocol() -> None:
    with socket.create_server((LOOPBACK, 0)) as mute:
        assert not broker_answers(f"{LOOPBACK}:{mute.getsockname()[1]}", timeout_s=1)


def test_a_stopped_broker_leaves_no_process_and_a_clean_shutdown_behind(tmp_path: Path) -> None:
    with LocalKafka(tmp_path, free_port()) as broker:
        pid = broker.pid
    assert not psutil.pid_exists(pid)
    assert (tmp_path / "kafka" / "data" / ".kafka_cleanshutdown").is_file()


def test_a_taken_port_is_named_with_its_holder_and_its_setting(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(StackError) as raised:
            LocalKafka(tmp_path, port).start()
    message = str(raised.value)
    assert str(port) in message
    assert "KAFKA_PORT" in message
    assert f"process {psutil.Process().pid}" in message


def test_data_of_a_newer_kafka_are_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "kafka").mkdir()
    (tmp_path / "kafka" / "version").write_text("5.0.0")
    with pytest.raises(StackError, match=r"written by Kafka 5\.0\.0.*KAFKA_HOME"):
        LocalKafka(tmp_path, free_port()).start()


def test_a_broker_that_ends_early_shows_the_end_of_its_log(tmp_path: Path) -> None:
    broker = LocalKafka(tmp_path, free_port(), {"log.retention.bytes": "many"})
    with pytest.raises(StackError, match=r"log\.retention\.bytes"):
        broker.start()


def test_a_second_broker_on_the_same_data_is_refused(kafka: LocalKafka) -> None:
    second = LocalKafka(kafka.log.parent.parent, free_port())
    with pytest.raises(StackError, match="another Kafka already runs on the data"):
        second.start()
    assert kafka.is_ready()


def test_data_of_somebody_elses_kafka_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kafka" / "data" / "orders-0").mkdir(parents=True)
    with pytest.raises(StackError, match="that badbuzz did not write"):
        LocalKafka(tmp_path, free_port()).start()
    assert (tmp_path / "kafka" / "data" / "orders-0").is_dir()


def test_a_format_that_was_cut_off_is_done_anew(tmp_path: Path) -> None:
    (tmp_path / "kafka" / "data").mkdir(parents=True)
    (tmp_path / "kafka" / "data" / "meta.properties").write_text("version=1\n")
    with LocalKafka(tmp_path, free_port()) as broker:
        assert broker.is_ready()
