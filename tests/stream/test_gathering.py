"""What waits for the model is asked about together, and answered batch by batch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from stream.gathering import Gathering, Waiting


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


def added(gathering: Gathering, *entries: tuple[Work, int]) -> list[Waiting]:
    """Each of 40 records."""
    return [gathering.add(work, number, 40) for work, number in entries]


def test_batches_that_wait_for_one_model_are_asked_about_in_one_go() -> None:
    gathering, first, second = Gathering(100), Work("1"), Work("1")
    one, two = added(gathering, (first, 1), (second, 2))
    assert (gathering.answer(one), gathering.answer(two)) == (2, 4)
    assert (first.asked, second.asked) == ([[1, 2]], []), "by the work of the first"


def test_no_more_records_than_allowed_are_asked_about_in_one_go() -> None:
    gathering, work = Gathering(100), Work("1")
    some = added(gathering, (work, 1), (work, 2), (work, 3))
    assert [gathering.answer(waiting) for waiting in some] == [2, 4, 6]
    assert work.asked == [[1, 2], [3]]


def test_a_batch_that_is_larger_than_allowed_goes_alone() -> None:
    gathering, work = Gathering(10), Work("1")
    some = added(gathering, (work, 1), (work, 2))
    assert [gathering.answer(waiting) for waiting in some] == [2, 4]
    assert work.asked == [[1], [2]]


def test_another_model_is_not_asked_and_none_overtakes() -> None:
    gathering, old, new = Gathering(1000), Work("1"), Work("2")
    some = added(gathering, (old, 1), (new, 2), (old, 3))
    assert [gathering.answer(waiting) for waiting in some] == [2, 4, 6]
    assert (old.asked, new.asked) == ([[1], [3]], [[2]])


def test_what_a_model_raises_reaches_all_that_were_asked_about_and_no_other() -> None:
    gathering, work = Gathering(100), Work("1")
    one, two, three = added(gathering, (work, 1), (work, -1), (work, 3))
    for waiting in (one, two):
        with pytest.raises(ValueError, match="the model fails"):
            gathering.answer(waiting)
    assert gathering.answer(three) == 6


def test_a_batch_whose_caller_is_gone_holds_up_no_other() -> None:
    gathering, work = Gathering(50), Work("1")
    _, two = added(gathering, (work, 1), (work, 2))
    assert gathering.answer(two) == 4
