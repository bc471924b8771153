"""Since when the oldest record that is not done has been waiting, by partition."""

from aiokafka import TopicPartition

_MARKS = 500

Mark = tuple[int, float]
"""The end of a partition, and when it was first seen there."""


class Waiting:
    """Remembers when each end of a partition was seen, until the group has come so far."""

    def __init__(self) -> None:
        self._marks: dict[TopicPartition, list[Mark]] = {}

    def knows(self, source: TopicPartition) -> bool:
        """Whether the partition was seen before."""
        return source in self._marks

    def see(self, source: TopicPartition, done: int, end: int, at: float) -> None:
        """How far a partition is.

        Args:
            source: the partition.
            done: the first offset that is not done.
            end: the offset after its last committed record.
            at: when what is new was there, in seconds since 1970.
        """
        marks = [mark for mark in self._marks.get(source, []) if mark[0] > done]
        if end > done and (not marks or end > marks[-1][0]):
            marks.append((end, at))
        if len(marks) > _MARKS:  # the oldest one counts; between the others some may be missing
            del marks[1::2]
        self._marks[source] = marks

    def since(self, topic: str) -> float | None:
        """When the oldest record of a topic that is not done was there; None: all are done."""
        firsts = [
            marks[0][1] for source, marks in self._marks.items() if source.topic == topic and marks
        ]
        return min(firsts, default=None)
