"""What the simple detectors share: a score of each point of a series of counts."""

from typing import Protocol


class Score(Protocol):
    """Scores the points of one series in order, and learns from each after it was scored."""

    def of(self, value: int) -> float:
        """How far the next point is above normal; 0 while too little is known."""
        ...
