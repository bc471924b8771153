"""Whether the worker makes progress in each partition where records wait."""

import time

from aiokafka import TopicPartition

from stream.consumer.assignment import Assignment
from stream.consumer.progress import Place, Progress
from stream.metrics import StreamMetrics
from stream.settings import StreamSettings
from stream.transactions.partition_writer import PartitionWriter


class Health:
    """Watches the partitions of this worker, and shows their lag.

    Args:
        assignment: the partitions to watch.
        metrics: where the lag is shown.
        settings: say where progress is remembered, and after how long a partition is stuck.
    """

    def __init__(
        self, assignment: Assignment, metrics: StreamMetrics, settings: StreamSettings
    ) -> None:
        self._assignment = assignment
        self._metrics = metrics
        self._stuck_seconds = settings.stuck_seconds
        self._progress = Progress(settings.state_dir / "progress.json")
        self._owned: set[Place] = set()
        self._ends: dict[Place, int] = {}

    def sample(self, ends: dict[Place, int]) -> None:
        """Record the progress of each partition. Call it every second.

        Args:
            ends: the last stable offset by topic and partition, as far as it is known.
        """
        self._ends |= ends
        owned = {(w.source.topic, w.source.partition): w for w in self._assignment.writers.values()}
        for gone in self._owned - owned.keys():
            self._progress.release(gone)
            for gauge in self._metrics.by_partition:
                gauge.remove(*map(str, gone))
        self._owned = set(owned)
        for place, writer in owned.items():
            self._observe(place, writer)
        self._progress.save()

    def _observe(self, place: Place, writer: PartitionWriter) -> None:
        end = self._ends.get(place)
        behind = 0 if end is None else end - writer.committed
        # An offset beyond the end is no progress either: the partition lost records.
        stalled = self._progress.observe(place, writer.committed, waiting=behind != 0)
        waiting = max(behind, 0) if writer.committed >= 0 else 0
        flow = self._assignment.backpressure.flows.get(writer)
        since = time.time() if flow is None else flow.committed_timestamp or flow.taken_at
        self._metrics.lag.labels(*map(str, place)).set(waiting)
        age = time.time() - since if waiting else 0.0
        self._metrics.lag_seconds.labels(*map(str, place)).set(age)
        self._metrics.stalled_seconds.labels(*map(str, place)).set(stalled)

    def reached(self, topic: str) -> float | None:
        """Up to when this worker's records of a topic are done, in seconds since 1970.

        Now if none waits, and None while it is unknown, just after a takeover. Partitions of other
        workers are not seen from here.
        """
        flows = self._assignment.backpressure.flows
        waiting = [
            flow.committed_timestamp
            for writer, flow in flows.items()
            if writer.source.topic == topic and self._may_wait(writer.source, writer)
        ]
        known = [moment for moment in waiting if moment is not None]
        return min(known, default=time.time()) if len(known) == len(waiting) else None

    def _may_wait(self, source: TopicPartition, writer: PartitionWriter) -> bool:
        end = self._ends.get((source.topic, source.partition))
        return end is None or end > writer.committed

    def stuck(self) -> list[str]:
        """The partitions that stand still while records wait, as text for a person."""
        return [
            f"{topic}[{partition}] stands at offset {committed} of "
            f"{self._ends.get((topic, partition))} for {seconds:.0f} s"
            for (topic, partition), committed, seconds in self._progress.stalled(
                self._stuck_seconds
            )
        ]
