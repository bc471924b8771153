"""What waits for a thread is done together, and answered batch by batch."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event, Semaphore

import pytest

from stream.batches.batch import Batch
from stream.batches.executor import BatchExecutor
from stream.transactions.outputs import Outputs

BAD = -1


@dataclass
class Work:
    """Writes each batch's number as its note, and keeps what it was given in one go."""

    model: object
    given: list[list[int]] = field(default_factory=list)

    def run(self, batches: Sequence[Batch]) -> Sequence[Outputs]:
        self.given.append([batch.start for batch in batches])
        if BAD in self.given[-1]:
            raise ValueError("the model fails")
        return [Outputs(str(batch.start)) for batch in batches]

    def isolate(self, batch: Batch) -> Outputs:
        return Outputs(f"{batch.start} alone")


class Slow(Work):
    """Holds a thread up until it may go on."""

    def __init__(self) -> None:
        super().__init__("slow")
        self.started, self.may_go_on = Event(), Event()

    def run(self, batches: Sequence[Batch]) -> Sequence[Outputs]:
        self.started.set()
        assert self.may_go_on.wait(60)
        return super().run(batches)


def batch(number: int, records: int = 40, more_of_topic: bool = False) -> Batch:
    nothing = [None] * records
    return Batch("tweets", 0, number, number, nothing, None, more_of_topic)  # type: ignore[arg-type]


async def notes(executor: BatchExecutor, *entries: tuple[Work, int]) -> list[str | type]:
    """What becomes of batches of 40 records that waited while the one thread was busy."""
    slow = Slow()
    before = asyncio.create_task(executor.outputs(slow, batch(0, 1)))
    await asyncio.to_thread(slow.started.wait, 60)
    waiting = [asyncio.create_task(executor.outputs(work, batch(n))) for work, n in entries]
    await asyncio.sleep(0)
    slow.may_go_on.set()
    assert (await before).metadata == "0"
    found = await asyncio.gather(*waiting, return_exceptions=True)
    return [one.metadata if isinstance(one, Outputs) else type(one) for one in found]


async def test_batches_that_wait_for_one_model_are_done_in_one_go() -> None:
    first, second = Work("1"), Work("1")
    assert await notes(BatchExecutor(1, 100), (first, 1), (second, 2)) == ["1", "2"]
    assert (first.given, second.given) == ([[1, 2]], []), "by the work of the first"


async def test_no_more_records_than_allowed_are_done_in_one_go() -> None:
    work = Work("1")
    assert await notes(BatchExecutor(1, 100), (work, 1), (work, 2), (work, 3)) == ["1", "2", "3"]
    assert work.given == [[1, 2], [3]]


async def test_a_batch_that_is_larger_than_allowed_goes_alone() -> None:
    work = Work("1")
    assert await notes(BatchExecutor(1, 10), (work, 1), (work, 2)) == ["1", "2"]
    assert work.given == [[1], [2]]


async def test_a_batch_for_another_model_goes_alone_and_none_overtakes() -> None:
    old, new = Work("1"), Work("2")
    assert await notes(BatchExecutor(1, 1000), (old, 1), (new, 2), (old, 3)) == ["1", "2", "3"]
    assert (old.given, new.given) == ([[1], [3]], [[2]])


async def test_an_error_reaches_all_that_were_done_together_and_no_other() -> None:
    work = Work("1")
    found = await notes(BatchExecutor(1, 100), (work, 1), (work, BAD), (work, 3))
    assert found == [ValueError, ValueError, "3"]


async def test_a_batch_whose_caller_is_gone_holds_up_no_other() -> None:
    executor, slow, work = BatchExecutor(1, 1000), Slow(), Work("1")
    busy = asyncio.create_task(executor.outputs(slow, batch(0)))
    await asyncio.to_thread(slow.started.wait, 60)
    gone = asyncio.create_task(executor.outputs(work, batch(1)))
    await asyncio.sleep(0)
    gone.cancel()
    slow.may_go_on.set()
    assert (await asyncio.wait_for(executor.outputs(work, batch(2)), 10)).metadata == "2"
    await busy


async def test_what_is_missing_is_an_error_and_no_endless_wait() -> None:
    class Short(Work):
        def run(self, batches: Sequence[Batch]) -> Sequence[Outputs]:
            return []

    with pytest.raises(ValueError, match="shorter"):
        await asyncio.wait_for(BatchExecutor(1, 1000).outputs(Short("1"), batch(1)), 10)


async def test_what_was_fetched_together_waits_for_its_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("stream.batches.executor._SAME_FETCH_SECONDS", 60)
    executor, work = BatchExecutor(2, 1_000), Work("1")
    tasks = []
    for number in range(3):
        one = batch(number, more_of_topic=number < 2)
        tasks.append(asyncio.create_task(executor.outputs(work, one)))
        await asyncio.sleep(0.1)  # a thread that does not wait for the others has it done by then
    assert [(await task).metadata for task in tasks] == ["0", "1", "2"]
    assert work.given == [[0, 1, 2]]


async def test_a_batch_that_nothing_follows_after_all_is_done_soon() -> None:
    executor, work = BatchExecutor(2, 1_000), Work("1")
    waited = executor.outputs(work, batch(1, more_of_topic=True))
    assert (await asyncio.wait_for(waited, 10)).metadata == "1"


@dataclass
class Held(Work):
    """Holds a thread up at each call until all calls may go on."""

    started: Semaphore = field(default_factory=lambda: Semaphore(0))
    may_go_on: Event = field(default_factory=Event)

    def run(self, batches: Sequence[Batch]) -> Sequence[Outputs]:
        self.started.release()
        assert self.may_go_on.wait(60)
        return super().run(batches)


@pytest.mark.parametrize(("records", "threads"), [(40, 1), (1_000, 2)])
async def test_another_thread_starts_only_for_many_records(records: int, threads: int) -> None:
    executor, work = BatchExecutor(2, 3_000), Held("1")
    tasks = []
    for number in range(3):
        tasks.append(asyncio.create_task(executor.outputs(work, batch(number, records))))
        starts = number < threads
        patience = 60 if starts else 0.5
        assert await asyncio.to_thread(work.started.acquire, timeout=patience) == starts
    work.may_go_on.set()
    assert [(await task).metadata for task in tasks] == ["0", "1", "2"]
    together = [[0], [1, 2]] if threads == 1 else [[0], [1], [2]]
    assert sorted(work.given) == together
