"""A fair sample of what came since the last look, for a stream too fast to read."""

import random
from typing import Generic, TypeVar

T = TypeVar("T")


class Sample(Generic[T]):
    """Keeps `most` of all that is added, each with the same chance (Vitter 1985, algorithm R).

    Args:
        most: how many are kept.
        seed: makes the choice repeatable.
    """

    def __init__(self, most: int, seed: int | None = None) -> None:
        self._most = most
        self._random = random.Random(seed)  # noqa: S311 - a choice of tweets, not a secret
        self._kept: list[tuple[int, T]] = []
        self._seen = 0

    def add(self, item: T) -> None:
        """Offer one more."""
        self._seen += 1
        if len(self._kept) < self._most:
            self._kept.append((self._seen, item))
            return
        place = self._random.randrange(self._seen)
        if place < self._most:
            self._kept[place] = (self._seen, item)

    def take(self) -> tuple[list[T], int]:
        """The kept items in order of arrival, and how many came; then start over."""
        kept = [item for _, item in sorted(self._kept, key=lambda entry: entry[0])]
        seen, self._kept, self._seen = self._seen, [], 0
        return kept, seen
