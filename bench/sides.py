"""The sides: how each is started, and what is to be known of it beside its figures."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from bench.environments import environment
from bench.peers.job import Job
from bench.services import Services
from bench.settings import FOLDER, BenchSettings


@dataclass(frozen=True)
class Side:
    """One way to score a topic.

    Attributes:
        name: in the results.
        title: in words.
        promise: what happens to a message when the process dies.
        peer: its folder; empty: badbuzz itself.
        argument: chooses between two ways of the same peer.
        slow: handles one event at a time, so that a smaller backlog says as much.
        late: reads only what arrives while it runs, in a form of its own.
        modes: what it can be measured with.
        root: the checkout of badbuzz whose code and environment it runs.
    """

    name: str
    title: str
    promise: str
    peer: str = ""
    argument: str = ""
    slow: bool = False
    late: bool = False
    modes: tuple[str, ...] = ("pass", "contract", "score")
    root: Path = FOLDER.parent

    def command(self, cache: Path) -> list[str]:
        """The process to start; the first time, this makes the side's environment."""
        module = f"bench.peers.{self.peer}.worker" if self.peer else "bench.worker"
        return [str(environment(self.peer, cache, self.root)), "-m", module, *self.argument.split()]


SIDES = (
    Side("badbuzz", "badbuzz worker", "exactly once"),
    Side("confluent", "loop over confluent-kafka", "at least once", "confluent"),
    Side("bytewax", "Bytewax", "starts from the front", "bytewax"),
    Side("faust-take", "Faust, take", "may lose a batch", "faust", "take", slow=True),
    Side("quix", "Quix Streams", "at least once", "quix", slow=True),
    Side("quix-eo", "Quix Streams, exactly-once", "exactly once", "quix", "exactly-once",
         slow=True),
    Side("faust", "Faust, one event at a time", "at least once", "faust", slow=True),
    Side("mlserver", "MLServer, Kafka input", "at most once", "mlserver", slow=True, late=True,
         modes=("score",)),
)  # fmt: skip


BEFORE = Side("before", "badbuzz worker, before", "exactly once")
"""Another checkout of badbuzz, of the settings."""

NAMED = (SIDES[0], BEFORE, *SIDES[1:])
"""All sides in the order of tables and pictures."""


def chosen(settings: BenchSettings, mode: str) -> list[Side]:
    """The sides to measure."""
    sides = list(SIDES)
    if settings.before is not None:
        sides.insert(1, replace(BEFORE, root=settings.before.resolve()))
    return [
        side
        for side in sides
        if mode in side.modes and (not settings.sides or side.name in settings.sides)
    ]


def process_environment(
    job: Job, services: Services, settings: BenchSettings, root: Path = FOLDER.parent
) -> dict[str, str]:
    """What a side's process finds in its environment: badbuzz' own settings and the job."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("BADBUZZ_")},
        **job.environment(),
        "PYTHONPATH": str(root),
        "KAFKA_BROKERS": services.brokers,
        "MLFLOW_TRACKING_URI": services.mlflow,
        "BADBUZZ_MODEL_NAME": services.model_name,
        "BADBUZZ_TOPIC_PREFIX": job.prefix,
        "BADBUZZ_GROUP": job.prefix,
        "BADBUZZ_PARTITIONS": str(settings.partitions),
        "BADBUZZ_SCORER_THREADS": str(settings.threads),
        "BADBUZZ_BATCH_RECORDS": str(job.batch),
        "BADBUZZ_MODELS_DIR": str(settings.cache / "models"),
        "BADBUZZ_STATE_DIR": str(job.state),
        "BADBUZZ_WEB_PORT": "0",
        "BADBUZZ_LOG_LEVEL": "WARNING",
    }
