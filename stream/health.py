"""Whether the worker lives: each partition with records waiting must move."""

import time
from dataclasses import dataclass

from aiokafka import TopicPartition

from stream.metrics import StreamMetrics
from stream.ownership import Ownership
from stream.transactions import PartitionWriter


@dataclass(slots=True)
class _Progress:
    committed: int
    since: float


class Health:
    """Watches the partitions of this worker, and shows their lag.

    Args:
        ownership: whose partitions.
        metrics: where the lag is shown.
        stuck_seconds: how long a partition may stand still while records wait.
    """

    def __init__(self, ownership: Ownership, metrics: StreamMetrics, stuck_seconds: float) -> None:
        self._ownership = ownership
        self._metrics = metrics
        self._stuck_seconds = stuck_seconds
        self._progress: dict[tuple[str, int], _Progress] = {}
        self._ends: dict[tuple[str, int], int] = {}

    def sample(self, ends: dict[tuple[str, int], int]) -> None:
        """Take note of the last stable offset of each owned partition. Call it every second."""
        now = time.monotonic()
        self._ends = ends
        owned = {(w.source.topic, w.source.partition): w for w in self._ownership.writers.values()}
        for gone in self._progress.keys() - owned.keys():
            del self._progress[gone]
            for gauge in self._metrics.by_partition:
                gauge.remove(*map(str, gone))
        for place, writer in owned.items():
            end = ends.get(place, writer.committed)
            waiting = max(end - writer.committed, 0)
            known = self._progress.get(place)
            # Beyond the end is no place to stand either: the partition lost records.
            if known is None or known.committed != writer.committed or end == writer.committed:
                self._progress[place] = _Progress(writer.committed, now)
            self._metrics.lag.labels(*map(str, place)).set(waiting)
            since = writer.committed_timestamp or writer.taken_at
            age = time.time() - since if waiting else 0.0
            self._metrics.lag_seconds.labels(*map(str, place)).set(age)
            still = now - self._progress[place].since
            self._metrics.stalled_seconds.labels(*map(str, place)).set(still)

    def reached(self, topic: str) -> float | None:
        """Up to when the records of a topic that came to this worker are done: seconds since 1970.

        It is now where none waits, and None where nobody knows: just after a takeover. Partitions
        of other workers are not seen from here.
        """
        waiting = [
            writer.committed_timestamp
            for source, writer in self._ownership.writers.items()
            if source.topic == topic and self._may_wait(source, writer)
        ]
        known = [moment for moment in waiting if moment is not None]
        return min(known, default=time.time()) if len(known) == len(waiting) else None

    def _may_wait(self, source: TopicPartition, writer: PartitionWriter) -> bool:
        end = self._ends.get((source.topic, source.partition))
        return end is None or end > writer.committed

    def stuck(self) -> list[str]:
        """The partitions that stand still though records wait, in words."""
        now = time.monotonic()
        return [
            f"{topic}[{partition}] stands at offset {progress.committed} of "
            f"{self._ends.get((topic, partition))} for {now - progress.since:.0f} s"
            for (topic, partition), progress in self._progress.items()
            if now - progress.since > self._stuck_seconds
        ]
