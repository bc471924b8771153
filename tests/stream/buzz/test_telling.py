"""What a window says is compared with what was usual before it."""

from stream.buzz.brand import new_brand
from stream.buzz.telling import telling_terms
from tests.stream.buzz.made_up import DAY, START, feed, sighting


def _quiet(brand_minutes, said):
    """A mention every 20 minutes, so that texts stay among the latest for many hours."""
    for minute in range(0, brand_minutes, 20):
        yield [sighting(START + minute, 0.9, said(minute))]


def _usual(minute):
    return f"parcel {minute} arrived crushed"


def test_a_text_is_learned_once_however_long_it_is_among_the_latest(detector):
    state = new_brand("acme", detector.options)
    hours = 10
    feed(detector, state, list(_quiet(hours * 60 + 40, _usual)))
    assert state.profile.words.counts["parcel"] == hours * 3


def test_what_burns_for_hours_does_not_become_usual_within_its_own_window(detector):
    state = new_brand("acme", detector.options)
    hours = 20
    begun = 2 * DAY - hours * 60

    def said(minute):
        return f"tracking {minute} offline" if minute >= begun else _usual(minute)

    feed(detector, state, list(_quiet(2 * DAY, said)))
    assert state.profile.words.counts["tracking"] > 50
    negative, other = state.texts.since(state.closed.until - hours * 60)
    assert len(negative) == hours * 3
    terms = telling_terms(state, negative, other, hours * 60, 3, detector.options)
    assert {"tracking", "offline"} <= {term for term, _ in terms[:2]}
    assert dict(terms)["tracking"] > 5
