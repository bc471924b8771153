"""For how long each partition has made no progress, remembered over rebalances and restarts.

A partition that fails, is given back and is taken again every few seconds is stuck as much as one
that hangs. So the clock of a partition goes on where it stood, in this process and, through a small
file, in the next one. It counts the time in which this worker owned the partition, and short
absences after which the partition came back without progress.
"""

import logging
import time
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

log = logging.getLogger(__name__)

Place = tuple[str, int]
"""Topic and partition."""

_SAVE_SECONDS = 5.0
_ABSENT_SECONDS = 30.0


class _Stall(BaseModel):
    topic: str
    partition: int
    committed: int
    seconds: float
    sampled_at: float | None = None

    @property
    def place(self) -> Place:
        return self.topic, self.partition


_File = TypeAdapter(list[_Stall])


class Progress:
    """The clocks of all partitions that this worker ever owned.

    Args:
        path: the file; made when something stalls.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stalls = {stall.place: stall for stall in _read(path)}
        self._owned: set[Place] = set()
        self._saved_at = -_SAVE_SECONDS
        self._saved: list[_Stall] = []

    def observe(self, place: Place, committed: int, waiting: bool) -> float:
        """Record where an owned partition stands now.

        Args:
            place: topic and partition.
            committed: its committed offset; -1 while it is not known yet.
            waiting: whether records wait behind that offset.

        Returns:
            for how many seconds it has committed nothing while records waited.
        """
        now = time.monotonic()
        stall = self._stalls.get(place)
        if stall is None or (0 <= committed != stall.committed) or (committed >= 0 and not waiting):
            stall = _Stall(topic=place[0], partition=place[1], committed=committed, seconds=0)
            self._stalls[place] = stall
        elif stall.sampled_at is not None and self._is_here(stall):
            stall.seconds += now - stall.sampled_at
        stall.sampled_at = now
        self._owned.add(place)
        return stall.seconds

    def release(self, place: Place) -> None:
        """A partition was revoked: its clock goes on if it comes back."""
        self._owned.discard(place)

    def stalled(self, seconds: float) -> list[tuple[Place, int, float]]:
        """Partitions that stand still for longer: place, committed offset, seconds."""
        return [
            (stall.place, stall.committed, stall.seconds)
            for stall in self._stalls.values()
            if stall.seconds > seconds and self._is_here(stall)
        ]

    def _is_here(self, stall: _Stall) -> bool:
        """Whether the partition is owned, or was a moment ago: it may come back any second."""
        if stall.place in self._owned:
            return True
        seen = stall.sampled_at
        return seen is not None and time.monotonic() - seen < _ABSENT_SECONDS

    def save(self) -> None:
        """Write the clocks that run to the file, at most every few seconds."""
        if time.monotonic() - self._saved_at < _SAVE_SECONDS:
            return
        self._saved_at = time.monotonic()
        running = [
            stall.model_copy(update={"sampled_at": None})
            for stall in self._stalls.values()
            if stall.seconds > 0
        ]
        if running == self._saved:
            return
        try:
            written = self._path.with_suffix(".new")
            written.write_bytes(_File.dump_json(running))
            written.replace(self._path)
            self._saved = running
        except OSError as error:
            log.warning("Cannot keep the partitions' progress in %s: %s", self._path, error)


def _read(path: Path) -> list[_Stall]:
    try:
        return _File.validate_json(path.read_bytes())
    except (OSError, ValidationError):  # no file yet, or of another version
        return []
