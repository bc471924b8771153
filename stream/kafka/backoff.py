"""Waiting ever longer between tries."""

import asyncio
import random

_FIRST_SECONDS = 0.1
_LONGEST_SECONDS = 5.0


class Backoff:
    """Doubles from 0.1 s to 5 s, with jitter, so that workers do not come back in step.

    Args:
        longest: other seconds than 5.
    """

    def __init__(self, longest: float = _LONGEST_SECONDS) -> None:
        self._seconds = _FIRST_SECONDS
        self._longest = longest

    async def wait(self) -> None:
        """Sleep, longer than the last time."""
        await asyncio.sleep(self._seconds * random.uniform(0.5, 1.0))  # noqa: S311
        self._seconds = min(self._seconds * 2, self._longest)
