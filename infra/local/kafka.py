"""A real single-node Apache Kafka in KRaft mode on 127.0.0.1, without Docker."""

import asyncio
import fcntl
import os
import re
import shutil
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from infra.local.distribution import Distribution, find_distribution
from infra.local.java import find_java
from infra.local.ports import LOOPBACK, free_port
from infra.local.server import LocalServer
from sentiment.errors import StackError

_FORMAT_TIMEOUT_SECONDS = 60.0
_NODE_ID = 1
_JVM = ("-Xms128m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class LocalKafka(LocalServer):
    """One broker. Topics are never created by themselves.

    Args:
        state_dir: the broker keeps its data and log in the folder ``kafka`` below it.
        port: TCP port of 127.0.0.1 for clients.
        properties: settings of the broker that are added to, or replace, its own, for example
            ``{"message.max.bytes": "100000"}``.
    """

    name = "Kafka"
    port_variable = "KAFKA_PORT"
    start_timeout_s = 60.0
    stop_timeout_s = 30.0

    def __init__(
        self, state_dir: Path, port: int = 9092, properties: dict[str, str] | None = None
    ) -> None:
        super().__init__(state_dir, state_dir / "kafka" / "kafka.log", port)
        self.bootstrap = f"{LOOPBACK}:{port}"
        self._properties = properties

    def prepare(self) -> list[str]:
        """Write the broker's configuration, format its data folder once; its command."""
        return prepare_broker(self._state_dir, self.port, self._properties)

    def is_ready(self) -> bool:
        """Whether the broker answers a metadata request with itself as a live broker."""
        return broker_answers(self.bootstrap)


def prepare_broker(
    state_dir: Path, port: int, properties: dict[str, str] | None = None
) -> list[str]:
    """Write the broker's configuration, format its data folder once, and return its command.

    Raises:
        StackError: Java or Kafka is missing, the data are of another version, or another broker
            runs on them.
    """
    java, kafka = find_java(), find_distribution()
    home = state_dir / "kafka"
    config = home / "server.properties"
    home.mkdir(parents=True, exist_ok=True)
    _require_unused(home / "data")
    settings = broker_properties(home / "data", port, free_port()) | (properties or {})
    config.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    _format_once(java, kafka, home, config)
    return _java_command(java, kafka, "kafka.Kafka", str(config))


def broker_properties(data: Path, port: int, controller_port: int) -> dict[str, str]:
    """Return the settings of a single-node broker and controller on 127.0.0.1."""
    return {
        "process.roles": "broker,controller",
        "node.id": str(_NODE_ID),
        # A static quorum: the controller's port may differ from one start to the next.
        "controller.quorum.voters": f"{_NODE_ID}@{LOOPBACK}:{controller_port}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port}",
        "log.dirs": str(data),
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": "0",
        # After a crash a broker is let in again only when its old session has run out.
        "broker.session.timeout.ms": "6000",
        "broker.heartbeat.interval.ms": "1000",
        "offsets.topic.replication.factor": "1",
        # A worker without committed offsets starts over. By default they expire after a week.
        "offsets.retention.minutes": str(365 * 24 * 60),
        # Few partitions: each is files and start-up time, and one node serves them all anyway.
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        # The default of 128 MB is half of our heap: with it the broker stops for tens of ms every
        # two seconds under load, to collect garbage. This is for 600,000 keys in one go.
        "log.cleaner.dedupe.buffer.size": str(16 * 1_024 * 1_024),
    }


def broker_answers(bootstrap: str, timeout_s: float = 2.0) -> bool:
    """Whether a broker at `bootstrap` answers a metadata request and lists live brokers.

    A broker that is up but still fenced by its controller lists none. May be called from within
    a running event loop: the request has a loop and a thread of its own.
    """
    if not _accepts(bootstrap):
        return False
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _answers(bootstrap, timeout_s)).result()


def _accepts(bootstrap: str) -> bool:
    """Look at the port first: aiokafka logs an error each time that nothing listens."""
    host, _, port = bootstrap.rpartition(":")
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, int(port))) == 0


async def _answers(bootstrap: str, timeout_s: float) -> bool:
    client = AIOKafkaAdminClient(
        bootstrap_servers=bootstrap, request_timeout_ms=int(timeout_s * 1000)
    )
    try:
        async with asyncio.timeout(timeout_s):
            await client.start()
            return bool((await client.describe_cluster())["brokers"])
    except (KafkaError, TimeoutError, OSError):
        return False
    finally:
        await client.close()


def _format_once(java: Path, kafka: Distribution, home: Path, config: Path) -> None:
    marker, data = home / "version", home / "data"
    if marker.is_file():
        _require_readable(marker.read_text().strip(), kafka.version, home)
    else:
        _clear_half_formatted(data)
        _format(java, kafka, config)
    marker.write_text(kafka.version + "\n")


def _clear_half_formatted(data: Path) -> None:
    """Without the marker no broker of ours has run here: at most a format was cut off."""
    if data.is_dir() and any(path.is_dir() for path in data.iterdir()):
        raise StackError(
            f"{data} holds Kafka data that badbuzz did not write. "
            "Set BADBUZZ_STATE_DIR to another folder, or move that one away."
        )
    shutil.rmtree(data, ignore_errors=True)


def _require_unused(data: Path) -> None:
    """Kafka locks its folder only after its controller has written there, which is too late."""
    lock = data / ".lock"
    if not lock.is_file():
        return
    with lock.open("r+") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StackError(
                f"another Kafka already runs on the data in {data}. Stop it (`make stop`), "
                "or set BADBUZZ_STATE_DIR to another folder."
            ) from error


def _require_readable(written: str, running: str, home: Path) -> None:
    """Kafka reads the data of older releases of its major version, not those of newer ones."""
    old, new = _numbers(written), _numbers(running)
    if not old or old[0] != new[0] or old > new:
        raise StackError(
            f"the data in {home} were written by Kafka {written or '(unknown)'}; Kafka {running} "
            f"cannot read them. Set KAFKA_HOME to a Kafka {written}, or delete {home} to begin "
            "with empty topics."
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _format(java: Path, kafka: Distribution, config: Path) -> None:
    tool = ("kafka.tools.StorageTool", "format", "--config", str(config))
    cluster = ("--cluster-id", "YmFkYnV6ei1sb2NhbC1sYQ")
    done = subprocess.run(
        _java_command(java, kafka, *tool, *cluster, "--ignore-formatted"),
        capture_output=True,
        text=True,
        timeout=_FORMAT_TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise StackError(
            f"Kafka {kafka.version} could not format its data folder (see {config}): "
            f"{(done.stdout + done.stderr)[-1000:]}"
        )


def _java_command(java: Path, kafka: Distribution, *arguments: str) -> list[str]:
    log4j = Path(__file__).with_name("log4j2.yaml")
    extra = os.environ.get("KAFKA_OPTS", "").split()
    quiet = [f"-Dlog4j2.configurationFile={log4j}", "--enable-native-access=ALL-UNNAMED"]
    return [str(java), *_JVM, *quiet, *extra, "-cp", f"{kafka.jars}/*", *arguments]
