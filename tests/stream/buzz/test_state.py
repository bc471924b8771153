"""The state of a brand goes out as JSON and comes back exactly."""

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentiment.errors import BadMessageError
from stream.buzz import brand
from stream.buzz.brand import PARTS, dump_part, load_brand, new_brand
from stream.buzz.detector import Detector
from stream.buzz.options import BuzzOptions
from stream.buzz.share import Rates
from tests.stream.buzz.made_up import START, MadeUp, feed, sighting

mentions = st.lists(
    st.builds(
        sighting,
        minute=st.integers(START, START + 400),
        p_negative=st.one_of(st.none(), st.floats(0, 1)),
        text=st.text(min_size=1, max_size=30),
        version=st.sampled_from(["1", "2", "3"]),
    ),
    max_size=60,
)
steps = st.lists(st.tuples(mentions, st.integers(START - 5, START + 500)), min_size=2, max_size=8)


def restored(state, options):
    return load_brand(state.brand, {part: dump_part(state, part) for part in PARTS}, options)


def dumps(state):
    return [dump_part(state, part) for part in PARTS]


@given(steps=steps, cut=st.integers(0, 7))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_restored_brand_goes_on_bit_by_bit_as_the_one_that_was_not(detector, steps, cut):
    plain, moved = (new_brand("acme", detector.options) for _ in range(2))
    for number, (batch, watermark) in enumerate(steps):
        if number == cut:
            moved = restored(moved, detector.options)
        alerts = []
        for state in (plain, moved):
            detector.update(state, batch, START + 450)
            alerts.append(detector.close_minutes(state, watermark))
        assert alerts[0] == alerts[1]
        assert dumps(plain) == dumps(moved)


def test_a_brand_restored_in_the_middle_of_a_crisis_alerts_as_if_nothing_was(detector, calm_brand):
    plain, start = calm_brand()
    traffic = MadeUp(31)
    minutes = [traffic.minute(start + age, negative=8, more="#gate") for age in range(120)]
    minutes += list(traffic.calm(120, start + 120))
    expected = feed(detector, plain, minutes)
    assert {alert.state for alert in expected} >= {"open", "closed"}
    moved, _ = calm_brand()
    found = []
    for minute in minutes:
        moved = restored(moved, detector.options)
        found += feed(detector, moved, [minute])
    assert found == expected
    assert dumps(moved) == dumps(plain)


def test_a_brand_written_in_an_older_format_is_learned_anew(detector, calm_brand):
    state, _ = calm_brand()
    parts = {part: orjson.loads(dump_part(state, part)) for part in PARTS}
    for content in parts.values():
        del content["format"]
    old = {part: orjson.dumps(content) for part, content in parts.items()}
    assert load_brand("acme", old, detector.options) == new_brand("acme", detector.options)
    first = {"closed": b'{"until": 28000860, "total": [1], "memory": {"volume": []}}'}
    assert load_brand("acme", first, detector.options) == new_brand("acme", detector.options)


def test_a_brand_written_with_other_steps_is_learned_anew(calm_brand):
    state, _ = calm_brand()
    parts = {part: dump_part(state, part) for part in PARTS}
    options = BuzzOptions(step_minutes=60)
    assert load_brand("acme", parts, options) == new_brand("acme", options)


def test_the_state_of_a_busy_brand_stays_small(detector):
    traffic = MadeUp(32, rate=120.0)
    state = new_brand("acme", detector.options)
    feed(detector, state, traffic.calm(5 * 60))
    sizes = {part: len(dump_part(state, part)) for part in PARTS}
    assert sizes["open"] < 20_000
    assert sum(sizes.values()) < 60_000
    feed(detector, state, traffic.calm(5 * 60, START + 5 * 60))
    assert sum(len(dump_part(state, part)) for part in PARTS) < 60_000


def test_the_state_of_a_brand_fits_a_record_however_long_its_texts_are(detector):
    state = new_brand("acme", detector.options)
    for minute in range(START, START + 60):
        said = [
            sighting(minute, p_negative, chr(0x4E00 + 16 * (minute - START) + number) * 20_000)
            for number, p_negative in enumerate([0.9] * 8 + [0.1] * 8)
        ]
        detector.update(state, said, minute)
        assert len(dump_part(state, "open")) < 100_000
        detector.close_minutes(state, minute + 1)
    assert len(state.texts.negative) == 60
    assert len(dump_part(state, "texts")) < 200_000


def test_only_the_parts_that_changed_are_named(detector, calm_brand):
    state, start = calm_brand()
    state.changed.clear()
    state.pending.clear()
    detector.update(state, [sighting(start, 0.1, "hello")], start)
    assert (state.changed, state.pending) == (set(), {"open"})
    detector.close_minutes(state, start + 1)
    assert "closed" in state.changed
    state.changed.clear()
    detector.update(state, [sighting(start, 0.1, "too late")], start)
    assert state.changed == {"open"}, "counting it again would not know that it was late"


def test_a_damaged_part_is_refused_with_its_name(detector):
    with pytest.raises(BadMessageError, match="closed"):
        load_brand("acme", {"closed": b'{"until": "soon"}'}, detector.options)


def test_an_unknown_part_is_refused(detector):
    with pytest.raises(BadMessageError, match="expected one of digests, open"):
        load_brand("acme", {"other": b"{}"}, detector.options)


def test_error_rates_that_do_not_fit_a_brand_end_no_detector():
    # Called negative less often than the card's false positives alone: the true share is below 0.
    detector = Detector(BuzzOptions(), {"1": Rates(0.4, 0.2)})
    state = new_brand("acme", detector.options)
    for hour in range(24 * 4):
        minute = START + 60 * hour
        texts = [sighting(minute, 0.1, f"text {hour} {n}", "1") for n in range(20)]
        detector.update(state, texts, minute)
        detector.close_minutes(state, minute + 60)
    assert state.closed.until == START + 60 * 24 * 4


def test_brands_are_loaded_by_adapters_that_are_made_once(detector, monkeypatch):
    """Making one took as long as a hundred mentions: 10,000 brands took a worker two cores."""
    state = new_brand("acme", detector.options)
    restored(state, detector.options)
    made: list[object] = []
    monkeypatch.setattr(brand, "TypeAdapter", made.append)
    assert restored(state, detector.options) == state
    assert made == []
