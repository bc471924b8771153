"""How many brands a worker holds in memory, over all of its partitions."""

from threading import Lock


class Room:
    """The brands that may be held, and how many are.

    Only this class writes its attributes. Any thread may use it: a partition is taken over while
    the batches of another one are counted.

    Attributes:
        share: brands that each partition may hold, however many the others hold.

    Args:
        most: brands in memory.
        partitions: that may share them.
    """

    def __init__(self, most: int, partitions: int = 1) -> None:
        self.share = max(most // partitions, 1)
        self._most = most
        self._taken = 0
        self._lock = Lock()

    def take(self, brands: int = 1) -> None:
        """So many more are held; a negative number: less."""
        with self._lock:
            self._taken += brands

    def surplus(self, held: int) -> int:
        """How many of its brands a partition has to let go."""
        return max(min(self._taken - self._most, held - self.share), 0)
