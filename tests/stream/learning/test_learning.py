"""A brand's past: from a file to the owner of the brand, who believes nothing without a try."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka import ConsumerRecord

from sentiment.alerts import at_minute
from sentiment.brands.past import KIND, MOST_HOURS, PAST, BrandPast
from sentiment.brands.record import Brand
from sentiment.errors import BadMessageError, DataError
from sentiment.hours import BrandHour
from sentiment.reading.table_format import TableFormat
from sentiment.reading.tweet_columns import TweetColumns
from sentiment.scorer import ModelVersion, Scorer
from stream.buzz.brand import PARTS, BrandState, dump_part
from stream.buzz.detector import Detector, Sighting
from stream.buzz.options import BuzzOptions
from stream.learning.gap import bring_up_to
from stream.learning.learn import known_minutes, learn
from stream.learning.past import Learned, learn_from
from stream.learning.record import MAX_BYTES, as_past, read_past
from tests.artefacts import make_artefact
from tests.stream.buzz.made_up import DAY, START, MadeUp, feed, sighting
from tests.stream.records import record

NOW = START + 9 * DAY
AT = datetime(2026, 3, 1, tzinfo=UTC)


def history(days: int, ended: int = 0, rate: float = 0.5) -> list[Sighting]:
    """Calm days that ended so many minutes before now."""
    start = NOW - ended - days * DAY
    return [one for minute in MadeUp(rate=rate).calm(days * DAY, start) for one in minute]


@pytest.fixture(scope="module")
def learned() -> BrandState:
    return learn("acme", history(4), Detector(), NOW)


def as_record(state: BrandState, **changes: Any) -> ConsumerRecord:
    past = as_past(state, 1, (AT, AT), AT, "1").model_dump(mode="json") | changes
    return record(orjson.dumps(past), headers=[(KIND, PAST)])


# --- up to now ---


def test_a_history_that_ends_now_is_taken_as_it_is() -> None:
    given = history(3)
    assert bring_up_to(NOW, given) == (given, 0, 0, NOW)


def test_what_is_missing_is_filled_by_the_same_hours_of_the_week_before() -> None:
    given = history(9, ended=2 * DAY)
    filled = bring_up_to(NOW, given)
    assert (filled.weeks, filled.repeated_days) == (0, 7)
    added = filled.sightings[len(given) :]
    assert added[-1].minute > NOW - 60
    said = {(one.minute, one.text) for one in given}
    assert {(one.minute - 7 * DAY, one.text) for one in added} <= said
    assert len(added) > 2 * DAY * 0.4


def test_an_old_history_is_moved_by_whole_weeks_and_then_filled() -> None:
    moved = bring_up_to(NOW, history(4, ended=80 * DAY))
    assert (moved.weeks, moved.repeated_days) == (11, 3)
    minutes = [one.minute for one in moved.sightings]
    assert minutes == sorted(minutes)
    assert NOW - 60 < minutes[-1] < NOW


def test_what_is_of_the_future_is_left_out() -> None:
    assert bring_up_to(NOW, [sighting(NOW + 5, 0.1, "later")]).sightings == []


# --- learning ---


def test_a_brand_with_a_past_warns_at_once_and_one_without_does_not(learned: BrandState) -> None:
    def opened(state: BrandState) -> int:
        traffic, detector = MadeUp(2, rate=0.5), Detector()
        calm = traffic.calm(30, NOW)
        storm = (traffic.minute(NOW + 30 + n, negative=40, more="strike") for n in range(30))
        alerts = feed(detector, state, [*calm, *storm])
        return sum(alert.state == "open" and alert.notifies for alert in alerts)

    known = read_past(as_record(learned), Detector(), NOW)
    assert opened(known) == 1
    assert opened(learn("acme", history(1), Detector(), NOW)) == 0


def test_calm_traffic_after_a_history_with_a_gap_raises_nothing() -> None:
    for ended in (DAY, 40 * DAY + 77):
        given = bring_up_to(NOW, history(4, ended, rate=1)).sightings
        state = learn("acme", given, Detector(), NOW)
        assert feed(Detector(), state, MadeUp(5, rate=1).calm(DAY // 4, NOW)) == []


def test_an_alert_that_is_open_where_the_history_ends_opens_again_where_people_see_it() -> None:
    traffic = MadeUp(3, rate=2)
    storm = [one for n in range(60) for one in traffic.minute(NOW - 60 + n, 30, more="strike")]
    state = learn("acme", [*history(4, ended=60, rate=2), *storm], Detector(), NOW)
    assert not any(alarm.is_open for alarm in state.closed.alarms.values())
    more = [traffic.minute(NOW + n, 30, more="strike") for n in range(10)]
    assert [one.state for one in feed(Detector(), state, more)][:1] == ["open"]


# --- the record ---


def test_a_past_comes_back_as_it_was_sent(learned: BrandState) -> None:
    sent = as_record(learned)
    state = read_past(sent, Detector(), NOW)
    assert known_minutes(state, 1) >= 4 * DAY - 60
    assert [dump_part(state, part) for part in PARTS] == [dump_part(learned, p) for p in PARTS]
    assert len(sent.value or b"") < MAX_BYTES / 4, "a state is small"


def forged(part: str, **fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda parts: parts[part].update(fields)


@pytest.mark.parametrize(
    "forge",
    [
        lambda parts: parts.pop("profile"),
        lambda parts: parts.update(open=3),
        forged("open", format=99),
        forged("open", until=NOW + 1),
        forged("open", until=NOW - 60 * DAY, since=NOW - 70 * DAY),
        forged("open", until=-1),
        forged("open", since=NOW + 1),
        forged("open", steps={str(NOW): {"total": 5}}),
        forged("open", fresh=[[1, 2]]),
        forged("closed", until=NOW - 5),
        forged("profile", mentions={"since": 1, "at": 0, "week": [1.0]}),
        forged("memory", scales={}),
        forged("closed", hour="noon"),
    ],
)
def test_a_forged_past_is_a_bad_message_and_nothing_worse(
    learned: BrandState, forge: Callable[[dict[str, Any]], None]
) -> None:
    parts = as_past(learned, 1, (AT, AT), AT, "1").parts
    forge(parts)
    with pytest.raises(BadMessageError):
        read_past(as_record(learned, parts=parts), Detector(), NOW)


@pytest.mark.parametrize(
    "value", [b"", b"{", b"[]", b'{"brand": "acme"}', b"\xff", None, b" " * (MAX_BYTES + 1)]
)
def test_what_is_no_past_is_a_bad_message(value: bytes | None) -> None:
    with pytest.raises(BadMessageError):
        read_past(record(value), Detector(), NOW)


def test_a_past_for_a_name_that_could_be_another_record_is_refused(learned: BrandState) -> None:
    for brand in ("", "\n", "x" * 300):
        with pytest.raises(BadMessageError):
            read_past(as_record(learned, brand=brand), Detector(), NOW)
    assert "\n" not in read_past(as_record(learned, brand="a\nwatermark"), Detector(), NOW).brand


def ended(brand: str, start: datetime) -> dict[str, Any]:
    return BrandHour(brand=brand, start=start, mentions=1, scored=1, negatives=0).model_dump(
        mode="json"
    )


def test_hours_of_another_brand_or_of_the_future_or_too_many_are_refused(
    learned: BrandState,
) -> None:
    own = ended("acme", at_minute(NOW - 60))
    assert len(read_past(as_record(learned, hours=[own]), Detector(), NOW).hours) == 1
    later = ended("acme", at_minute(NOW + 1))
    for hours in ([own, ended("zeta", at_minute(NOW - 60))], [later], [own] * (MOST_HOURS + 1)):
        with pytest.raises(BadMessageError):
            read_past(as_record(learned, hours=hours), Detector(), NOW)


# --- the file ---


@pytest.fixture
def teach(tmp_path: Path) -> Callable[..., Learned]:
    """Learns a brand called air paradis from rows of time and text."""
    folder = make_artefact(tmp_path / "artefact")
    scorer = Scorer(folder, ModelVersion("toy", "1", "d"))
    brand = Brand(name="Air Paradis", names=["air paradis"], added_at=AT)

    def run(rows: list[str], header: str = "created_at,text", columns: Any = None) -> Learned:
        path = tmp_path / "past.csv"
        path.write_text("\n".join([header, *rows]))
        return learn_from(path, TableFormat(), columns or TweetColumns(), brand, scorer,
                          BuzzOptions(), lambda _: None)  # fmt: skip

    return run


def hours(days: int) -> list[str]:
    now = datetime.now(UTC)
    return [(now - timedelta(hours=hour)).isoformat() for hour in range(days * 24, 0, -1)]


def test_only_tweets_about_the_brand_teach_it_newest_first_or_not(
    teach: Callable[..., Learned],
) -> None:
    rows = [f"{at},{text}" for at in hours(3) for text in ("AIR PARADIS again", "something else")]
    made = teach(rows[::-1])
    assert (made.past.mentions, made.rows, made.warmup_hours) == (72, 144, 0)
    assert isinstance(made.past, BrandPast)
    assert made.past.model_version == "1"


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(days=2), timedelta(days=40)])
def test_hours_of_the_past_are_those_of_the_file_at_their_own_times(
    teach: Callable[..., Learned], ago: timedelta
) -> None:
    """Of what stands for a gap up to now there are none."""
    said = [datetime.fromisoformat(at) - ago for at in hours(4)]
    made = teach([f"{at.isoformat()},air paradis {number}" for number, at in enumerate(said)])
    starts = [hour.start for hour in made.past.hours]
    expected = {at.replace(minute=0, second=0, microsecond=0) for at in said}
    assert set(starts) <= expected
    assert len(starts) == len(set(starts)) >= len(expected) - 2
    assert {hour.mentions for hour in made.past.hours} == {1}
    assert made.past.hours[-1].expected is not None


def test_the_last_week_of_hours_goes_with_a_past_and_is_small(
    teach: Callable[..., Learned],
) -> None:
    past = teach([f"{at},air paradis {number}" for number, at in enumerate(hours(12))]).past
    assert len(past.hours) == MOST_HOURS
    assert past.hours[-1].start > datetime.now(UTC) - timedelta(hours=3)
    assert len(past.model_dump_json()) < MAX_BYTES / 4


def test_a_column_of_brands_says_what_a_row_is_about(teach: Callable[..., Learned]) -> None:
    rows = [f"{at},late,{'AIR  paradis' if hour % 2 else 'other'}"
            for hour, at in enumerate(hours(1))]  # fmt: skip
    made = teach(rows, "created_at,text,airline", TweetColumns(brand="airline"))
    assert made.past.mentions == 12
    assert made.warmup_hours >= 24


def test_a_file_about_others_is_refused_with_what_to_do(teach: Callable[..., Learned]) -> None:
    with pytest.raises(DataError, match="got 24 rows of which none holds air paradis"):
        teach([f"{at},something else" for at in hours(1)])


def test_a_column_that_is_not_there_is_named_beside_those_that_are(
    teach: Callable[..., Learned],
) -> None:
    rows = [f"{at},air paradis" for at in hours(1)]
    with pytest.raises(DataError, match="expected the columns when, got created_at, text"):
        teach(rows, columns=TweetColumns(time="when"))
