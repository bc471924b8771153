"""In which order, and when, the tweets of a file are sent."""

from datetime import UTC, datetime, timedelta

from sentiment.errors import BadMessageError
from sentiment.messages import Tweet
from stream.replay.sender import by_time, in_order

START = datetime(2015, 2, 24, tzinfo=UTC)


def tweet(number: int, minute: int | None) -> Tweet:
    at = None if minute is None else START + timedelta(minutes=minute)
    return Tweet(id=str(number), text="late", created_at=at)


def test_a_file_that_begins_with_its_newest_tweet_is_sent_in_the_order_of_time() -> None:
    newest_first = [tweet(n, 100 - n) for n in range(100)]
    sent = in_order(newest_first)
    assert [one.id for one in sent] == [str(n) for n in reversed(range(100))]
    due = [seconds for seconds, _ in by_time(sent, speed=60)]
    assert due == [float(n) for n in range(100)]


def test_what_has_no_time_stays_behind_what_came_before_it() -> None:
    fault = BadMessageError("json", "broken")
    items = [tweet(1, 9), tweet(2, None), fault, tweet(3, 5), tweet(4, 9)]
    assert in_order(items) == [items[3], items[0], items[1], fault, items[4]]
    assert in_order([fault, tweet(1, None)])[0] is fault
