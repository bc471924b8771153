"""What waits for the model is asked about together, and answered batch by batch."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pytest

from stream.gathering import Gathering


@dataclass
class Work:
    """Doubles what it is given, and keeps what it was asked about in one go."""

    model: object
    asked: list[list[int]] = field(default_factory=list)

    def infer(self, prepared: Sequence[Any]) -> Sequence[Any]:
        self.asked.append(list(prepared))
        if -1 in prepared:
            raise ValueError("the model fails")
        return [2 * number for number in prepared]


class Slow(Work):
    """Holds a thread up until it may go on."""

    def __init__(self) -> None:
        super().__init__("slow")
        self.started, self.may_go_on = Event(), Event()

    def infer(self, prepared: Sequence[Any]) -> Sequence[Any]:
        self.started.set()
        self.may_go_on.wait(10)
        return super().infer(prepared)


async def answers(gathering: Gathering, *entries: tuple[Work, int]) -> list[Any]:
    """What batches of 40 records get that waited while the one thread was busy."""
    slow = Slow()
    before = asyncio.create_task(gathering.infer(slow, 0, 1))
    await asyncio.to_thread(slow.started.wait, 10)
    waiting = [asyncio.create_task(gathering.infer(work, number, 40)) for work, number in entries]
    await asyncio.sleep(0)
    slow.may_go_on.set()
    assert await before == 0
    return await asyncio.gather(*waiting, return_exceptions=True)


async def test_batches_that_wait_for_one_model_are_asked_about_in_one_go() -> None:
    first, second = Work("1"), Work("1")
    assert await answers(Gathering(1, 100), (first, 1), (second, 2)) == [2, 4]
    assert (first.asked, second.asked) == ([[1, 2]], []), "by the work of the first"


async def test_no_more_records_than_allowed_are_asked_about_in_one_go() -> None:
    work = Work("1")
    assert await answers(Gathering(1, 100), (work, 1), (work, 2), (work, 3)) == [2, 4, 6]
    assert work.asked == [[1, 2], [3]]


async def test_a_batch_that_is_larger_than_allowed_goes_alone() -> None:
    work = Work("1")
    assert await answers(Gathering(1, 10), (work, 1), (work, 2)) == [2, 4]
    assert work.asked == [[1], [2]]


async def test_another_model_is_not_asked_and_none_overtakes() -> None:
    old, new = Work("1"), Work("2")
    assert await answers(Gathering(1, 1000), (old, 1), (new, 2), (old, 3)) == [2, 4, 6]
    assert (old.asked, new.asked) == ([[1], [3]], [[2]])


async def test_what_a_model_raises_reaches_all_that_were_asked_about_and_no_other() -> None:
    work = Work("1")
    one, two, three = await answers(Gathering(1, 100), (work, 1), (work, -1), (work, 3))
    assert [type(one), type(two), three] == [ValueError, ValueError, 6]


async def test_a_batch_whose_caller_is_gone_holds_up_no_other() -> None:
    gathering, slow, work = Gathering(1, 1000), Slow(), Work("1")
    busy = asyncio.create_task(gathering.infer(slow, 0, 1))
    await asyncio.to_thread(slow.started.wait, 10)
    gone = asyncio.create_task(gathering.infer(work, 1, 40))
    await asyncio.sleep(0)
    gone.cancel()
    slow.may_go_on.set()
    assert await asyncio.wait_for(gathering.infer(work, 2, 40), 10) == 4
    assert await busy == 0


async def test_several_threads_ask_at_the_same_time() -> None:
    gathering, slow, work = Gathering(2, 1000), Slow(), Work("1")
    busy = asyncio.create_task(gathering.infer(slow, 0, 1))
    assert await asyncio.wait_for(gathering.infer(work, 1, 40), 10) == 2
    assert not busy.done()
    slow.may_go_on.set()
    await busy


async def test_what_an_answer_lacks_is_an_error_and_no_endless_wait() -> None:
    class Short(Work):
        def infer(self, prepared: Sequence[Any]) -> Sequence[Any]:
            return []

    with pytest.raises(ValueError, match="shorter"):
        await asyncio.wait_for(Gathering(1, 1000).infer(Short("1"), 1, 40), 10)
