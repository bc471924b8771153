"""Times as people write them, and the moment that they mean; without a zone they are UTC."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from typing import Annotated, Literal

from pydantic import AfterValidator

FIRST_TIME, END_TIME = datetime(1980, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""Tweets are of the time between. Other dates are some program's default or mistake."""

_LONGEST = 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
_UNITS = (1, 1_000, 1_000_000, 1_000_000_000)
_CLOCK = r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,12}))?)?"
_YEAR_FIRST = re.compile(
    rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}})(?:[T_ ] ?{_CLOCK})?(.*)", re.I
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(?:(\d\d)(?:[.,](\d+))?)?)?(\D.*)?")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}}|\d\d)(?:,? {_CLOCK})?(.*)")
_NUMBER = re.compile(r"(?:/Date\()?([+-]?\d{1,20}(?:\.\d{1,20})?)(?:(?:[+-]\d{4})?\)/)?")
_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d\d)?(?::\d\d)?", re.I)
_PLACE = re.compile(r"(?<=.) ?(?:\[[^\]]*\]|\([^)]*\))$")
_DASHED = re.compile(r"(\d{1,2})-([a-z]{3})-(\d{2,4})", re.I)
_HALF_OF_DAY = re.compile(r"\b(1[0-2]|0?[1-9])(:\d\d(?::\d\d)?) ?([ap])m", re.I)
_ZONES = {
    "": 0, "Z": 0, "UTC": 0, "GMT": 0, "UT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2,
    "EET": 2, "EEST": 3, "MSK": 3, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "EST": -5, "EDT": -4,
    "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
"""Hours ahead of UTC. A name that means several zones is that of the mail standard, RFC 2822."""
_NAMES = "mon tue wed thu fri sat sun jan feb mar apr may jun jul aug sep oct nov dec"


class TimeError(ValueError):
    """A time cannot be used: it is `unreadable`, or its year is `absurd`."""

    def __init__(self, reason: Literal["unreadable", "absurd"]) -> None:
        super().__init__(
            f"expected a time from {FIRST_TIME.year} to {END_TIME.year - 1}; it is {reason}"
        )
        self.reason = reason


def read_time(value: object, day_first: bool | None = None, excel: bool = False) -> datetime:
    """The moment that a value means, with its zone.

    Read are ISO 8601 in its usual variants, Twitter's `Wed Oct 10 20:19:24 +0000 2018`, mail's
    RFC 2822, JavaScript's and .NET's, and numbers of seconds, milliseconds, microseconds or
    nanoseconds since 1970, as a number or in digits.

    Args:
        value: a number, a text or a datetime.
        day_first: how to read `2/3/2026`; None: not at all.
        excel: read a number of days as Excel counts them, too.

    Raises:
        TimeError: it is none of these, or not of the years that tweets are of.
    """
    readable = False
    for moment in _readings(value, day_first, excel):
        readable = True
        if FIRST_TIME <= moment < END_TIME:
            return moment
    raise TimeError("absurd" if readable else "unreadable")


def day_comes_first(values: Iterable[object]) -> bool | None:
    """How `2/3/2026` is meant, as other times of the same source show; None: nothing shows it."""
    for value in values:
        found = _YEAR_LAST.fullmatch(value.strip()) if isinstance(value, str) else None
        if found and max(int(found[1]), int(found[3])) > 12:
            return int(found[1]) > 12
    return None


def in_utc(moment: datetime) -> datetime:
    """A moment as badbuzz' own records hold it: UTC where no zone stands, of a year to reckon with.

    Raises:
        ValueError: it is before 1970 or after 2199, where differences and zones overflow.
    """
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if not 1970 <= moment.year < 2200:
        raise ValueError("expected a time of the years 1970 to 2199")
    return moment


Moment = Annotated[datetime, AfterValidator(in_utc)]


def _readings(value: object, day_first: bool | None, excel: bool) -> Iterator[datetime]:
    """What a value can mean: at most one reading is of the years that tweets are of."""
    if isinstance(value, datetime):
        yield value if value.tzinfo else value.replace(tzinfo=UTC)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _of_number(float(value) if abs(value) < 1e20 else 1e20, excel)
    elif isinstance(value, str) and len(value) <= _LONGEST:
        text = _PLACE.sub("", " ".join(value.replace("\u2212", "-").split()))
        if not text.isascii():
            return
        if found := _NUMBER.fullmatch(text):
            yield from _of_number(float(found[1]), excel)
        try:
            yield from _of_text(text, day_first)
        except TimeError:
            raise
        except (ValueError, OverflowError):
            return


def _of_number(number: float, excel: bool) -> Iterator[datetime]:
    for unit in _UNITS:
        with suppress(OverflowError):
            yield _EPOCH + timedelta(seconds=number / unit)
    if excel:
        with suppress(OverflowError):
            days = _EXCEL_EPOCH + timedelta(days=number)
            yield days.replace(microsecond=0) + timedelta(seconds=round(days.microsecond / 1e6))


def _of_text(text: str, day_first: bool | None) -> Iterator[datetime]:
    if found := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        yield _built(found.groups()[:3], found.groups()[3:])
    elif found := _YEAR_LAST.fullmatch(text):
        one, sign, other, year, *clock = found.groups()
        day, month = (one, other) if _is_day_first(one, sign, other, day_first) else (other, one)
        yield _built((year if len(year) == 4 else f"20{year}", month, day), clock)
    elif "W" in text and text[:1].isdigit():
        yield in_utc(datetime.fromisoformat(text))
    else:
        yield from _of_words(text)


def _is_day_first(one: str, sign: str, other: str, day_first: bool | None) -> bool:
    if int(one) > 12 or int(other) > 12 or one == other:
        return int(other) <= 12
    if sign == ".":
        return True
    if day_first is None:
        raise ValueError("day and month cannot be distinguished")
    return day_first


def _built(date: tuple[str | None, ...], clock: Sequence[str | None]) -> datetime:
    """Args: year, month, day; hour, minute, second, digits after it, and what follows."""
    year, month, day = (int(part or 0) for part in date)
    hour, minute, second, digits, rest = clock
    at, half = int(hour or 0), (rest or "").strip().upper()
    if half[:2] in ("AM", "PM") and hour and 1 <= at <= 12:
        at, half = at % 12 + 12 * (half[0] == "P"), half[2:].strip()
    # Midnight at the end of a day, and leap seconds, which Python does not know.
    over = timedelta(days=at == 24, seconds=second == "60")
    micro = int(((digits or "") + "000000")[:6])
    at, seconds = at % 24 if at <= 24 else at, 59 if second == "60" else int(second or 0)
    return datetime(year, month, day, at, int(minute or 0), seconds, micro, _zone(half)) + over


def _zone(name: str) -> timezone:
    if name in _ZONES:
        return timezone(timedelta(hours=_ZONES[name]))
    found = _OFFSET.fullmatch(name)
    if found is None:
        raise ValueError("expected a zone")
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(-ahead if found[1] == "-" else ahead)


def _of_words(text: str) -> Iterator[datetime]:
    """Dates with the names of months: of mail, of Twitter, of C's asctime, of JavaScript."""
    text = _HALF_OF_DAY.sub(_whole_hour, _DASHED.sub(r"\1 \2 \3", text))
    words = [_offset(word) for word in text.replace(",", " ").split()]
    if ":" not in text:
        words.append("00:00:00")
    if any(word.isalpha() and word not in _NAMES for word in words):
        return
    if any(len(word) == 4 and word.startswith("00") for word in words):
        raise TimeError("absurd")  # the year 1, which mail takes for 2001
    with suppress(IndexError, TypeError):
        if found := parsedate_tz(" ".join(words)):
            yield datetime(*found[:6], tzinfo=timezone(timedelta(seconds=found[9] or 0)))


def _whole_hour(found: re.Match[str]) -> str:
    hour, rest, half = found.groups()
    return f"{int(hour) % 12 + 12 * (half in 'Pp')}{rest}"


def _offset(word: str) -> str:
    """A zone as mail writes it, where the word is one; a name by its first three letters."""
    if not (word.upper() in _ZONES or _OFFSET.fullmatch(word)):
        return word[:3].lower() if word.isalpha() else word
    minutes = round(_zone(word.upper()).utcoffset(None).total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
