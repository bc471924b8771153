"""Samples: the right share, never too many, and never in the way."""

import os
import sys
import threading
from types import SimpleNamespace

import pytest

from stream.model_monitoring import sampling
from stream.model_monitoring.sampling import BackgroundWorker, Sampler


def test_a_share_of_the_offsets_is_taken_however_small_the_batches() -> None:
    sampler = Sampler(0.05, 1e9)
    taken = [
        start + place
        for start in range(0, 1_000, 7)
        for place in sampler.choose(start, min(7, 1_000 - start))
    ]
    assert taken == list(range(0, 1_000, 20))


def test_a_batch_that_is_scored_again_gives_the_same_tweets() -> None:
    sampler = Sampler(0.1, 1e9)
    assert list(sampler.choose(123, 500)) == list(sampler.choose(123, 500))


def test_no_more_than_the_rate_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(sampling.time, "monotonic", lambda: clock[0])
    sampler = Sampler(1.0, 50)
    taken = 0
    for batch in range(100):
        clock[0] += 0.1
        chosen = sampler.choose(batch * 2_000, 2_000)
        assert len(chosen) == 0 or max(chosen) < 2_000
        taken += len(chosen)
    assert 400 <= taken <= 550


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities on Linux alone")
def test_work_is_done_aside_with_low_priority_and_a_fault_does_not_end_it() -> None:
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    seen: list[tuple[str, str, int]] = []
    done = threading.Event()

    def work(item: str) -> None:
        if item == "bad":
            raise ValueError(item)
        nice = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        seen.append((item, threading.current_thread().name, nice))
        done.set()

    worker = BackgroundWorker("observer", work, lambda: None)
    worker.start()
    assert worker.offer("bad")
    assert worker.offer("good")
    assert done.wait(60)
    worker.stop()
    assert seen == [("good", "observer", min(usual + 10, 19))]
    assert os.getpriority(os.PRIO_PROCESS, 0) == usual


def test_a_full_queue_refuses_and_does_not_wait() -> None:
    started, release = threading.Event(), threading.Event()

    def work(_: int) -> None:
        started.set()
        release.wait(60)

    worker = BackgroundWorker("observer", work, lambda: None)
    worker.start()
    worker.offer(0)
    assert started.wait(60)
    accepted = [worker.offer(i) for i in range(100)]
    release.set()
    worker.stop()
    assert accepted == [True] * 64 + [False] * 36


def test_idle_is_called_every_second_even_under_work(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, done, ticks = [0.0], threading.Semaphore(0), list[float]()
    monkeypatch.setattr(sampling, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    worker = BackgroundWorker("observer", lambda _: done.release(), lambda: ticks.append(clock[0]))
    worker.start()
    for tenth in range(25):
        clock[0] = tenth / 10
        worker.offer(tenth)
        assert done.acquire(timeout=60)
    worker.stop()
    assert len(ticks) == 3, "in two seconds and a half"
