"""What the live page is told: counts, samples, alerts, and pages that cannot keep up."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from api.live.clients import Clients
from api.live.history import ALL, History
from api.live.sample import Sample


def test_each_brand_has_its_negatives_and_its_scored_tweets_by_minute() -> None:
    history = History(length=60)
    for label in ("negative", "neutral", "positive", "uncertain", "unsupported"):
        history.add("united", 100, label)
    history.add("united", 101, "negative", 20)
    history.add("united", 101, "positive", 3)
    history.add("united", 101, "positive", 3)
    assert history.since(0) == {"united": [[100, 1, 4, 1, []], [101, 1, 3, 0, [3, 2, 20, 1]]]}
    assert history.since(101) == {"united": [[101, 1, 3, 0, [3, 2, 20, 1]]]}


def test_what_is_older_than_the_history_is_forgotten_and_not_taken_back() -> None:
    history = History(length=10)
    history.add("united", 100, "negative")
    history.add("jetblue", 111, "negative")
    history.add("united", 101, "negative")
    assert history.since(0) == {"jetblue": [[111, 1, 1, 0, []]]}


def test_brands_that_producers_make_up_do_not_fill_the_memory() -> None:
    history = History(length=60, most=3)
    for number in range(1_000):
        history.add(f"brand {number}", 100, "negative")
        history.add("united", 100, "negative")
        history.add(ALL, 100, "negative")
    history.add(ALL, 101, "negative")
    kept = history.since(0)
    assert len(kept) <= 4
    assert kept["united"] == [[100, 1_000, 1_000, 0, []]]
    assert kept[ALL] == [[100, 1_000, 1_000, 0, []], [101, 1, 1, 0, []]]


@given(st.integers(0, 200), st.integers(1, 20))
def test_a_sample_is_part_of_what_came_in_order_and_tells_how_much_came(
    came: int, most: int
) -> None:
    sample: Sample[int] = Sample(most, seed=1)
    for item in range(came):
        sample.add(item)
    kept, seen = sample.take()
    assert seen == came
    assert len(kept) == min(came, most)
    assert kept == sorted(set(kept))
    assert sample.take() == ([], 0)


def test_a_sample_is_fair() -> None:
    sample: Sample[int] = Sample(1, seed=7)
    counts = [0] * 5
    for _ in range(5_000):
        for item in range(5):
            sample.add(item)
        [kept], _ = sample.take()
        counts[kept] += 1
    # Five standard deviations of a binomial with n = 5,000 and p = 1/5.
    assert all(abs(count - 1_000) < 5 * 28.3 for count in counts)


async def test_a_page_that_cannot_keep_up_is_let_go_and_the_others_go_on() -> None:
    clients = Clients(most=2)
    slow, quick = clients.listen(lambda: b"first"), clients.listen(lambda: b"first")
    assert [await anext(slow), await anext(quick)] == [b"first", b"first"]
    assert clients.full
    got = []
    for number in range(40):
        clients.send(b"%d" % number)
        got.append(await anext(quick))
    assert got == [b"%d" % number for number in range(40)]
    assert [event async for event in slow] == []
    assert len(clients) == 1


async def test_closing_ends_every_stream() -> None:
    clients = Clients(most=5)
    streams = [clients.listen(lambda: b"first") for _ in range(3)]
    for stream in streams:
        await anext(stream)
    clients.close()
    async with asyncio.timeout(1):
        assert [[event async for event in stream] for stream in streams] == [[], [], []]
    assert clients.full
