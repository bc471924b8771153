"""Samples of scored tweets, and the background threads that look at them.

A `BackgroundWorker` has a low priority and a short queue. Items that do not fit are dropped,
so that batches never wait for it.
"""

import logging
import math
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, NamedTuple, TypeVar

from sentiment.champion import Running
from sentiment.scores import Answer

log = logging.getLogger(__name__)

T = TypeVar("T")
_NICER = 10
_NICEST = 19
_QUEUE = 64


class Sampled(NamedTuple):
    """Some tweets of a batch, with what the champion said.

    Attributes:
        running: the version that scored them.
        texts: as they came.
        languages: as producers set them.
        answers: of the champion.
    """

    running: Running
    texts: list[str]
    languages: list[str | None]
    answers: list[Answer]


class Sampler:
    """Chooses a share of the tweets by their offsets, at a limited rate. Thread-safe.

    Args:
        share: of all tweets, above 0 and at most 1.
        per_second: most tweets a second, averaged over a second.
    """

    def __init__(self, share: float, per_second: float) -> None:
        self._step = max(round(1 / share), 1)
        self._per_second = per_second
        self._allowance = per_second
        self._then = time.monotonic()
        self._lock = threading.Lock()

    def choose(self, start: int, count: int) -> range:
        """Places among `count` tweets, the first of which has the offset `start`."""
        with self._lock:
            return self._choose(start, count)

    def _choose(self, start: int, count: int) -> range:
        now = time.monotonic()
        earned = (now - self._then) * self._per_second
        self._allowance, self._then = min(self._allowance + earned, self._per_second), now
        step = self._step
        chosen = range(-start % step, count, step)
        if len(chosen) > self._allowance:
            if self._allowance < 1:
                return range(0)
            wider = math.ceil(len(chosen) / int(self._allowance))
            chosen = range(chosen.start, count, step * wider)
        self._allowance -= len(chosen)
        return chosen


class BackgroundWorker(Generic[T]):
    """A thread for work that may be late or left out.

    Args:
        name: of the thread.
        work: called with each item; what it raises is logged.
        idle: called about once a second.
    """

    def __init__(self, name: str, work: Callable[[T], None], idle: Callable[[], None]) -> None:
        self._work = work
        self._idle = idle
        self._items: queue.Queue[T | None] = queue.Queue(_QUEUE)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._stopping = False

    def start(self) -> None:
        """Begin; items offered before wait in the queue."""
        self._thread.start()

    def stop(self) -> None:
        """End after the item at hand; does not wait for it."""
        self._stopping = True
        with suppress(queue.Full):
            self._items.put_nowait(None)

    def offer(self, item: T) -> bool:
        """Queue an item without waiting; False when the queue is full."""
        try:
            self._items.put_nowait(item)
        except queue.Full:
            return False
        return True

    def _run(self) -> None:
        _be_nice()
        due = time.monotonic()
        while not self._stopping:
            item: T | None = None
            with suppress(queue.Empty):
                item = self._items.get(timeout=max(due - time.monotonic(), 0.05))
            self._safely(item)
            if time.monotonic() >= due:
                self._safely(None, tick=True)
                due = time.monotonic() + 1.0

    def _safely(self, item: T | None, tick: bool = False) -> None:
        try:
            if tick:
                self._idle()
            elif item is not None:
                self._work(item)
        except Exception:
            # A fault here must neither end the thread nor reach the stream.
            log.exception("%s: a sample was left out.", self._thread.name)


def _be_nice() -> None:
    """Lower this thread's priority: on Linux each thread has its own, elsewhere it stays."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        usual = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, min(usual + _NICER, _NICEST))
