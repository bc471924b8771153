from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.times import END_TIME, FIRST_TIME, TimeError, in_utc, read_time

UTC_TIME = "2015-02-24T11:35:52+00:00"
PACIFIC = "2015-02-24T11:35:52-08:00"


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2015-02-24T11:35:52Z", UTC_TIME),
        ("2015-02-24t11:35:52z", UTC_TIME),
        ("2015-02-24 11:35:52", UTC_TIME),
        (" 2015-02-24  11:35:52 \n", UTC_TIME),
        ("2015/02/24 11:35:52", UTC_TIME),
        ("2015-2-24 11:35:52", UTC_TIME),
        ("20150224T113552Z", UTC_TIME),
        ("20150224113552", UTC_TIME),
        ("2015-02-24T11:35:52Z[UTC]", UTC_TIME),
        ("2015-02-24 11:35:52 UTC", UTC_TIME),
        ("2015-02-24 11:35:52 +0000", UTC_TIME),
        ("2015-02-24 11:35:52 -0800", PACIFIC),
        ("2015-02-24T11:35:52-08:00", PACIFIC),
        ("2015-02-24T11:35:52-08", PACIFIC),
        ("2015-02-24T11:35:52\u221208:00", PACIFIC),
        ("2015-02-24 11:35:52 PST", PACIFIC),
        ("2015-02-24", "2015-02-24T00:00:00+00:00"),
        ("20150224", "2015-02-24T00:00:00+00:00"),
        ("2015-W09-2", "2015-02-24T00:00:00+00:00"),
        ("2015-02-24 11:35", "2015-02-24T11:35:00+00:00"),
        ("2015-02-24T11:35:52.123456789Z", "2015-02-24T11:35:52.123456+00:00"),
        ("2015-02-24T11:35:52,5Z", "2015-02-24T11:35:52.500000+00:00"),
        ("2015-02-24T24:00:00Z", "2015-02-25T00:00:00+00:00"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00+00:00"),
        ("Wed Oct 10 20:19:24 +0000 2018", "2018-10-10T20:19:24+00:00"),
        ("Wed, 10 Oct 2018 20:19:24 GMT", "2018-10-10T20:19:24+00:00"),
        ("Wed, 10 Oct 2018 20:19:24 +0200 (CEST)", "2018-10-10T20:19:24+02:00"),
        ("10 Oct 2018 20:19:24 CEST", "2018-10-10T20:19:24+02:00"),
        ("Wednesday, 10-Oct-18 20:19:24 GMT", "2018-10-10T20:19:24+00:00"),
        ("Wed Oct 10 20:19:24 2018", "2018-10-10T20:19:24+00:00"),
        ("Mon Apr 06 22:19:45 PDT 2009", "2009-04-06T22:19:45-07:00"),
        ("Tue Feb 24 2015 11:35:52 GMT-0800 (Pacific Standard Time)", PACIFIC),
        ("Feb 24, 2015, 1:05 PM", "2015-02-24T13:05:00+00:00"),
        ("24.02.2015 11:35:52", UTC_TIME),
        ("2/24/2015 11:35:52", UTC_TIME),
        ("24/2/2015 11:35:52", UTC_TIME),
        ("2/24/15 11:35:52 AM", UTC_TIME),
        (1424777752, UTC_TIME),
        (1424777752.0, UTC_TIME),
        (1424777752000, UTC_TIME),
        (1424777752000000, UTC_TIME),
        (1424777752000000000, UTC_TIME),
        ("1424777752", UTC_TIME),
        ("1424777752.5", "2015-02-24T11:35:52.500000+00:00"),
        ("1424777752000", UTC_TIME),
        ("1424777752000000", UTC_TIME),
        ("/Date(1424777752000)/", UTC_TIME),
        ("/Date(1424777752000-0800)/", UTC_TIME),
        (datetime(2015, 2, 24, 11, 35, 52), UTC_TIME),
    ],
)
def test_a_time_is_read_as_it_means(value: object, moment: str) -> None:
    assert read_time(value) == datetime.fromisoformat(moment)
    assert read_time(value).utcoffset() == datetime.fromisoformat(moment).utcoffset()


@pytest.mark.parametrize(
    "value",
    ["", " ", "yesterday", "null", "NaT", "12:30", "May", "2015-02-30", "2015-02-24T11:35:52+25:00",
     "2/3/2015", "Tue Feb 24 11:35:52 IST 2015", "9" * 10_000, "\u0662\u0660\u0661\u0665-01-01",
     "0000-00-00 00:00:00", True, None, [2015, 2, 24], {"seconds": 1}, b"2015-02-24"],
)  # fmt: skip
def test_what_is_no_time_is_unreadable(value: object) -> None:
    with pytest.raises(TimeError) as raised:
        read_time(value)
    assert raised.value.reason == "unreadable"


@pytest.mark.parametrize(
    "value",
    ["0001-01-01T00:00:00", "0001-01-01T00:00:00Z", "Sat Feb 03 04:05:06 +0000 0001", "1601-01-01",
     "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2100-01-01", 0, "0", -1, 1, 42059, 1e300,
     2**70, float("nan"), float("inf"), "99999999999999999999"],
)  # fmt: skip
def test_a_date_by_default_or_mistake_is_absurd(value: object) -> None:
    with pytest.raises(TimeError) as raised:
        read_time(value)
    assert raised.value.reason == "absurd"


def test_day_and_month_are_told_apart_by_who_knows_their_order() -> None:
    assert read_time("2/3/2015", day_first=True).isoformat() == "2015-03-02T00:00:00+00:00"
    assert read_time("2/3/2015", day_first=False).isoformat() == "2015-02-03T00:00:00+00:00"
    assert read_time("2.3.2015").isoformat() == "2015-03-02T00:00:00+00:00"


def test_days_as_excel_counts_them_are_read_where_the_file_may_be_from_excel() -> None:
    assert read_time("42059.4832407", excel=True).isoformat() == UTC_TIME
    assert read_time(42059, excel=True).isoformat() == "2015-02-24T00:00:00+00:00"


@given(st.datetimes(min_value=FIRST_TIME.replace(tzinfo=None),
                    max_value=(END_TIME - timedelta(seconds=1)).replace(tzinfo=None)))  # fmt: skip
def test_every_way_to_write_a_time_means_the_same(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC, microsecond=0)
    since = int(moment.timestamp())
    ways = [
        moment.isoformat(), moment.isoformat(" ").replace("+00:00", ""), since, str(since),
        since * 1_000, str(since * 1_000_000), moment.strftime("%a %b %d %H:%M:%S +0000 %Y"),
        moment.strftime("%a, %d %b %Y %H:%M:%S GMT"), moment.strftime("%Y%m%d%H%M%S"),
    ]  # fmt: skip
    assert [read_time(way) for way in ways] == [moment] * len(ways)


LIKE_TIMES = st.text("0123456789-:/. TZWPMapm+,FebMon()[]Date", max_size=24)


@given(st.one_of(st.text(max_size=40), LIKE_TIMES, st.floats(), st.integers()))
def test_whatever_comes_is_a_time_or_is_none(value: object) -> None:
    for day_first in (None, True, False):
        try:
            moment = read_time(value, day_first, excel=True)
        except TimeError:
            continue
        assert moment.tzinfo is not None
        assert FIRST_TIME <= moment < END_TIME


def test_a_record_of_our_own_is_in_utc_and_of_a_year_to_reckon_with() -> None:
    naive = datetime(2015, 2, 24)
    assert in_utc(naive).isoformat() == "2015-02-24T00:00:00+00:00"
    for year in (1, 1969, 2200, 9999):
        with pytest.raises(ValueError, match="1970 to 2199"):
            in_utc(datetime(year, 1, 1, tzinfo=UTC))
