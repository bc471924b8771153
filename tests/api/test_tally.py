"""A feedback key counts once, whichever way Kafka tells of it."""

from datetime import UTC, datetime

from api.tally import Tally
from sentiment.messages import Feedback


def feedback(key: str, note: str | None = None) -> Feedback:
    return Feedback(
        key=key,
        text="late",
        predicted="positive",
        right="negative",
        model_version="1",
        note=note,
        received_at=datetime.now(UTC),
    )


def test_what_is_acknowledged_and_read_back_counts_once() -> None:
    counted: list[Feedback] = []
    tally = Tally(10, counted.append)
    tally.sending(feedback("a"))
    tally.stored(feedback("a"))
    tally.stored(feedback("a"))
    assert [one.key for one in counted] == ["a"]


def test_what_was_written_although_the_answer_was_503_counts_when_it_is_read_back() -> None:
    counted: list[Feedback] = []
    tally = Tally(10, counted.append)
    tally.sending(feedback("a"))
    assert tally.stored_as(feedback("a")) is None
    tally.stored(feedback("a"))  # read from the topic
    tally.sending(feedback("a"))  # sent again
    tally.stored(feedback("a"))
    assert [one.key for one in counted] == ["a"]


def test_what_another_process_wrote_is_known_but_not_counted_here() -> None:
    counted: list[Feedback] = []
    tally = Tally(10, counted.append)
    tally.stored(feedback("a"))
    assert counted == []
    assert tally.stored_as(feedback("a")) is True
    assert tally.stored_as(feedback("a", note="another")) is False


def test_the_oldest_keys_are_forgotten_first() -> None:
    tally = Tally(2, lambda _: None)
    for key in "abc":
        tally.stored(feedback(key))
    assert tally.stored_as(feedback("a")) is None
    assert tally.stored_as(feedback("c")) is True
