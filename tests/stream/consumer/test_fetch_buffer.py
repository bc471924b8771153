"""The fetch buffer over aiokafka's own state of an assignment, and answers made here."""

from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.subscription_state import Assignment
from aiokafka.errors import TopicAuthorizationFailedError

from stream.consumer.fetch_buffer import Capacity, FetchBuffer, FetchedRecords, with_more_of_topic
from stream.kafka.aiokafka_internals import ConsumerInternals
from tests.stream.records import record

ONE, TWO = TopicPartition("tweets", 1), TopicPartition("tweets", 2)


class Answer:
    """What aiokafka holds of one partition; moves the position as its `FetchResult` does."""

    def __init__(self, fetcher, source, offsets, end=None):
        self.records = [record(b"x" * 100, offset=offset) for offset in offsets]
        self.state = fetcher.assignment.state_value(source)
        self.end = end if end is not None else offsets[-1] + 1

    def getall(self, most):
        taken, self.records = self.records[:most], self.records[most:]
        self.state.consumed_to(self.records[0].offset if self.records else self.end)
        return taken

    def has_more(self):
        return bool(self.records)


class Failure:
    def check_raise(self):
        raise TopicAuthorizationFailedError("tweets")


class Fetcher:
    """The part of aiokafka's fetcher that is read."""

    def __init__(self):
        self._records = {}
        self._wait_consume_future = None
        self.assign()

    def assign(self):
        self.assignment = Assignment({ONE, TWO})
        for source in (ONE, TWO):
            self.assignment.state_value(source).reset_to(0)
        subscription = SimpleNamespace(assignment=self.assignment)
        self._subscriptions = SimpleNamespace(subscription=subscription)

    def _notify(self, future):
        pass

    @property
    def internals(self):
        return ConsumerInternals(SimpleNamespace(_fetcher=self))

    def answers(self, source, offsets, end=None):
        self._records[source] = Answer(self, source, offsets, end)


@pytest.fixture
async def fetcher():
    return Fetcher()


def spans(batches):
    return [(some.source, some.start, some.end, len(some.records)) for some in batches]


async def test_answers_that_follow_on_each_other_grow_into_one_batch(fetcher):
    buffer = FetchBuffer(most=100, most_bytes=10**6, ahead=1_000)
    for first in (0, 10, 20):
        fetcher.answers(ONE, range(first, first + 10))
        assert buffer.collect(fetcher.internals, ready=[])
        assert not fetcher._records  # so that aiokafka goes on fetching
    assert spans(buffer.take(Capacity([TWO, ONE], {"tweets": 2}))) == [(ONE, 0, 30, 30)]
    assert not buffer.take(Capacity([ONE], {"tweets": 1}))


async def test_a_batch_holds_at_most_so_many_records_and_the_rest_stays_with_aiokafka(fetcher):
    buffer = FetchBuffer(most=15, most_bytes=10**6, ahead=1_000)
    fetcher.answers(ONE, range(40))
    assert buffer.collect(fetcher.internals, ready=[ONE])
    assert not buffer.collect(fetcher.internals, ready=[ONE])
    assert spans(buffer.take(Capacity([ONE], {"tweets": 1}))) == [(ONE, 0, 15, 15)]
    assert ONE in fetcher._records
    buffer.collect(fetcher.internals, ready=[ONE])
    assert spans(buffer.take(Capacity([ONE], {"tweets": 1}))) == [(ONE, 15, 30, 15)]


async def test_a_batch_of_many_bytes_grows_no_more(fetcher):
    buffer = FetchBuffer(most=1_000, most_bytes=900, ahead=1_000)
    for first in (0, 10):
        fetcher.answers(ONE, range(first, first + 10))
        buffer.collect(fetcher.internals, ready=[])
    assert spans(buffer.take(Capacity([ONE], {"tweets": 1}))) == [(ONE, 0, 10, 10)]


async def test_partitions_without_capacity_hold_no_memory_without_end_and_no_other_partition_up(
    fetcher,
):
    buffer = FetchBuffer(most=10, most_bytes=10**6, ahead=10)
    fetcher.answers(ONE, range(10))
    fetcher.answers(TWO, range(10))
    buffer.collect(fetcher.internals, ready=[])
    assert len(fetcher._records) == 1
    buffer.collect(fetcher.internals, ready=[ONE, TWO])
    assert not fetcher._records
    assert len(buffer.take(Capacity([ONE, TWO], {"tweets": 2}))) == 2


async def test_a_bare_move_of_the_position_is_told(fetcher):
    buffer = FetchBuffer(most=10, most_bytes=10**6, ahead=100)
    fetcher.answers(ONE, [], end=2)
    assert buffer.collect(fetcher.internals, ready=[ONE])
    assert spans(buffer.take(Capacity([ONE], {"tweets": 1}))) == [(ONE, 0, 2, 0)]


async def test_records_that_do_not_follow_are_a_batch_of_their_own(fetcher):
    buffer = FetchBuffer(most=100, most_bytes=10**6, ahead=100)
    fetcher.answers(ONE, range(10))
    buffer.collect(fetcher.internals, ready=[])
    fetcher.assignment.state_value(ONE).seek(50)  # retention deleted what lay between
    fetcher.answers(ONE, range(50, 60))
    buffer.collect(fetcher.internals, ready=[])
    assert spans(buffer.take(Capacity([ONE], {"tweets": 1}))) == [(ONE, 0, 10, 10)]
    assert spans(buffer.take(Capacity([ONE], {"tweets": 1}))) == [(ONE, 50, 60, 10)]


async def test_a_new_assignment_and_a_seek_start_from_nothing(fetcher):
    buffer = FetchBuffer(most=100, most_bytes=10**6, ahead=100)
    fetcher.answers(ONE, range(10))
    fetcher.answers(TWO, range(10))
    buffer.collect(fetcher.internals, ready=[])
    buffer.forget(ONE)
    assert spans(buffer.take(Capacity([ONE, TWO], {"tweets": 2}))) == [(TWO, 0, 10, 10)]
    fetcher.answers(ONE, range(10, 20))
    buffer.collect(fetcher.internals, ready=[])
    fetcher.assign()
    buffer.collect(fetcher.internals, ready=[])
    assert not buffer.take(Capacity([ONE, TWO], {"tweets": 2}))


async def test_an_error_of_kafkas_is_raised_once(fetcher):
    buffer = FetchBuffer(most=100, most_bytes=10**6, ahead=100)
    fetcher._records[ONE] = Failure()
    with pytest.raises(TopicAuthorizationFailedError):
        buffer.collect(fetcher.internals, ready=[])
    assert not buffer.collect(fetcher.internals, ready=[])


def test_what_was_fetched_together_knows_whether_another_of_its_topic_follows():
    other = TopicPartition("feedback", 1)
    together = [FetchedRecords(source, 0, 1, []) for source in (ONE, other, TWO)]
    assert [(fetched.source, more) for fetched, more in with_more_of_topic(together)] == [
        (ONE, True),
        (other, False),
        (TWO, False),
    ]
