"""Near copies: those that came before they were looked for, and for how long they are."""

from stream.buzz.copies import take_out_copies
from tests.stream.buzz.made_up import MadeUp, column, sighting

SAID = (
    "this airline lost my bag twice and nobody at the desk cares at all",
    "three hours in the queue and then they tell us the flight is gone",
    "never again will i book with these people they broke my new guitar",
)


def _bots(minute, each):
    return [
        sighting(
            minute, 0.99, f"@user{copy} {text} {minute % 1000 * 50 + copy}", author=f"bot {number}"
        )._replace(id=f"{minute} {number} {copy}")
        for number, text in enumerate(SAID)
        for copy in range(each)
    ]


def _count(detector, state, minute, sightings):
    detector.update(state, sightings, minute)
    detector.close_minutes(state, minute + 1)


def test_the_first_of_copies_that_came_before_they_were_looked_for_are_taken_out(
    detector, calm_brand
):
    state, start = calm_brand()
    state.open.near_until = 0
    _count(detector, state, start, _bots(start, 1))
    assert column(state, "negative")[-1] == 3
    state.open.near_until = state.open.until + 1
    _count(detector, state, start + 1, _bots(start + 1, 4))
    weighed = column(state, "weight")[-2]
    assert take_out_copies(state, excess=100.0, since=start)
    assert column(state, "negative")[-2] == 0
    assert column(state, "weight")[-2] <= weighed - 3 * 90
    assert column(state, "copies")[-2] == 3


def test_where_copies_are_much_of_the_excess_the_window_begins_anew(detector, calm_brand):
    for excess, left in ((100.0, True), (20.0, False)):
        state, start = calm_brand()
        state.open.near_until = 0
        _count(detector, state, start, _bots(start, 3))
        assert take_out_copies(state, excess, since=start)
        assert any(column(state, "negative")) is left


def test_few_accounts_that_say_much_of_all_count_once_each_whatever_they_say(detector, calm_brand):
    for accounts, left in ((2, 2), (20, 20)):
        state, start = calm_brand()
        traffic = MadeUp(52)
        for age in range(4):
            said = traffic.minute(start + age, negative=9, positive=0)[-5:]
            own = [
                one._replace(author=1 + (5 * age + place) % accounts)
                for place, one in enumerate(said)
            ]
            _count(detector, state, start + age, own)
        before = sum(column(state, "negative")[-4:])
        take_out_copies(state, excess=1_000.0, since=start)
        assert before == 20
        assert sum(column(state, "negative")[-4:]) == left


def test_different_texts_are_no_copies(detector, calm_brand):
    state, start = calm_brand()
    traffic = MadeUp(51)
    for age in range(10):
        _count(detector, state, start + age, traffic.minute(start + age, negative=6))
    before = sum(column(state, "negative"))
    take_out_copies(state, excess=20.0, since=start)
    assert sum(column(state, "negative")) >= 0.9 * before


def test_copies_are_looked_for_as_long_as_they_come(detector, calm_brand):
    state, start = calm_brand()
    state.open.near_until = state.open.until + 1
    for age in range(60):
        _count(detector, state, start + age, _bots(start + age, 2))
    assert state.open.is_near
    for age in range(60, 90):
        _count(detector, state, start + age, [])
    detector.close_minutes(state, start + 90)
    assert not state.open.is_near
