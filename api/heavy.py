"""Work of many scores at once, batches and explanations: a few at a time, beside the loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from api.problems import not_now

T = TypeVar("T")

_AT_ONCE = 2
_MAY_WAIT = 32


class Heavy:
    """Two threads and a short line before them."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_AT_ONCE, "heavy")
        self._accepted = 0

    async def run(self, work: Callable[[], T]) -> T:
        """The result of `work`, done in a thread.

        Raises:
            ProblemError: 503, too many wait.
        """
        if self._accepted >= _AT_ONCE + _MAY_WAIT:
            raise not_now("More batches and explanations wait than can be answered soon.", 2)
        self._accepted += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._accepted -= 1

    def close(self) -> None:
        """Stop the threads."""
        self._threads.shutdown(wait=False)
