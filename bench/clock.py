"""CPU seconds of the Scorer inside a process that is measured, readable from outside.

The Scorer's calls are wrapped with the CPU clock of the thread that makes them, so that waiting
for a core or for the interpreter does not count. The sums are in a small file that the
measuring process maps as well: reading it costs the measured process nothing.
"""

import mmap
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

_SUMS = struct.Struct("dd")


class ScorerClock:
    """CPU seconds of tokenising and of inference, in a file."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(_SUMS.size))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _SUMS.size)
        self._sums = [0.0, 0.0]
        self._lock = threading.Lock()

    def read(self) -> tuple[float, float]:
        """CPU seconds of tokenising and of inference so far."""
        encode, run = _SUMS.unpack(self._shared)
        return encode, run

    def timed(self, call: Callable[..., Any], index: int, inside: "Inside") -> Callable[..., Any]:
        """`call`, with the CPU time of its thread added to a sum.

        Nothing is added while a call with the same `inside` runs above it in the same thread: it
        counts already.
        """

        def wrapped(*arguments: Any) -> Any:
            if inside.yes:
                return call(*arguments)
            inside.yes = True
            started = time.thread_time()
            try:
                return call(*arguments)
            finally:
                inside.yes = False
                self._add(index, time.thread_time() - started)

        return wrapped

    def _add(self, index: int, seconds: float) -> None:
        with self._lock:
            self._sums[index] += seconds
            _SUMS.pack_into(self._shared, 0, *self._sums)


class Inside(threading.local):
    """Whether this thread is in a call that is timed."""

    yes = False


def install(path: Path) -> None:
    """Count in this process, for every Scorer that it opens from now on."""
    from sentiment import scorer  # noqa: PLC0415 - only processes that score

    clock, module = ScorerClock(path), cast("Any", scorer)
    load = module.load_tokenizer

    def load_timed(source: Path) -> Any:
        tokenizer: Any = load(source)
        tokenizer.encode = clock.timed(tokenizer.encode, 0, Inside())
        return tokenizer

    # `run` calls the graph in its own thread or in others: what it does itself counts once.
    inside, kind = Inside(), scorer.Scorer
    module.load_tokenizer = load_timed
    kind.run = clock.timed(kind.run, 1, inside)  # type: ignore[method-assign]
    kind._call = clock.timed(kind._call, 1, inside)  # type: ignore[method-assign]
