"""Alerts that are kept, and what people did about them: in any order, twice, and without end."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from aiokafka import ConsumerRecord
from prometheus_client import CollectorRegistry

from api.alerts.book import AlertBook
from api.metrics import Metrics
from api.settings import ApiSettings
from sentiment.actions import BuzzAction
from sentiment.alerts import BuzzAlert, Measure
from tests.api.records import alert

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
numbers = count()


class Book(AlertBook):
    """A book whose time is set by hand."""

    def __init__(self, **settings: object) -> None:
        self.now = NOW.timestamp()
        super().__init__(
            ApiSettings(_env_file=None, **settings),  # type: ignore[arg-type]
            Metrics(CollectorRegistry()),
            lambda: self.now,
        )

    def take(self, one: BuzzAlert | BuzzAction | bytes, topic: str = "buzz.alerts") -> None:
        value = one if isinstance(one, bytes) else one.model_dump_json().encode()
        topic = "buzz.actions" if isinstance(one, BuzzAction) else topic
        at = int(self.now * 1_000)
        record = ConsumerRecord(topic, 0, next(numbers), at, 0, None, value, 0, 0, len(value), ())
        self.read(record)

    def ids(self) -> list[str]:
        return [entry.alert.id for entry in self.ordered() if entry.alert]


def made(number: int, state: str = "open", **changes: object) -> BuzzAlert:
    opened = NOW - timedelta(minutes=1_000 - number)
    return alert(state, id=f"a{number}", opened_at=opened, **changes)[1]


def done(action: str, number: int = 1, minute: int = 0, **changes: object) -> BuzzAction:
    content = {
        "id": f"{action} {number} {minute}", "action": action, "brand": "united",
        "alert": None if "mute" in action else f"a{number}", "caller": "ann",
        "at": NOW + timedelta(minutes=minute), **changes,
    }  # fmt: skip
    return BuzzAction.model_validate(content)


def test_all_states_of_an_alert_and_what_people_did_stand_together() -> None:
    book = Book()
    for state in ("open", "worse", "closed"):
        book.take(made(1, state, at=NOW + timedelta(minutes=len(state))))
    book.take(done("acknowledge"))
    book.take(done("note", note="we answer at three", caller="bob"))
    view = book.find("a1")
    assert view is not None
    assert [one.state for one in view.states] == ["open", "worse", "closed"]
    assert view.state == "closed"
    assert view.acknowledged is not None
    assert view.acknowledged.by == "ann"
    assert [(one.by, one.text) for one in view.notes] == [("bob", "we answer at three")]
    book.take(done("reopen", minute=1))
    assert book.find("a1").acknowledged is None  # type: ignore[union-attr]


def test_a_closed_alert_tells_of_its_worst_moment() -> None:
    book = Book()
    book.take(made(1, strength=1.2, volume=Measure(now=50, expected=9)))
    book.take(made(1, "worse", strength=4.0, volume=Measure(now=900, expected=9)))
    book.take(made(1, "closed", strength=0.1, volume=Measure(now=1, expected=9), words=[]))
    view = book.find("a1")
    assert view is not None
    assert (view.state, view.volume.now, view.strength) == ("closed", 900, 4.0)
    assert [word.word for word in view.words] == ["tarmac"]
    book.take(made(2, "closed", words=[]))
    assert book.find("a2").words == [], "nothing else is known of it"  # type: ignore[union-attr]


def test_an_action_counts_once_and_may_come_before_its_alert() -> None:
    book = Book()
    note = done("note", note="twice")
    book.act(note)
    book.take(note)
    assert book.find("a1") is None
    assert book.ids() == []
    book.take(made(1))
    assert len(book.find("a1").notes) == 1  # type: ignore[union-attr]


def test_a_brand_is_muted_until_its_time_or_until_somebody_ends_it() -> None:
    book = Book()
    until = NOW + timedelta(hours=1)
    book.take(made(1))
    book.take(done("mute", until=until))
    assert book.muted_until("united") == until
    assert book.muted_until("delta") is None
    assert book.current()[0]["muted_until"] is not None
    book.take(done("unmute", minute=-5))
    assert book.muted_until("united") == until, "an older word does not count"
    book.take(done("unmute", minute=5))
    assert book.muted_until("united") is None
    book.take(done("mute", minute=6, until=until))
    book.now += 3_600
    assert book.muted_until("united") is None


def test_the_last_opened_come_first_and_of_too_many_the_oldest_closed_go_first() -> None:
    book = Book(api_alerts=3)
    for number, state in ((1, "open"), (2, "closed"), (3, "closed"), (4, "closed")):
        book.now += 1
        book.take(made(number, state))
    assert book.ids() == ["a4", "a3", "a1"]
    for number in range(100):
        book.act(done("note", 1_000 + number, note="of no alert"))
    assert book.ids() == ["a4", "a3", "a1"], "actions without an alert push none out"


def test_they_are_kept_for_the_days_that_the_setting_says() -> None:
    book = Book(alert_days=2)
    book.take(made(1))
    book.now += 1.9 * 86_400
    assert book.ids() == ["a1"]
    book.now += 0.2 * 86_400
    assert book.ids() == []
    assert book.find("a1") is None


def test_the_live_page_shows_open_ones_for_a_day_and_closed_ones_for_an_hour() -> None:
    book = Book()
    book.take(made(1))
    book.take(made(2, "closed"))
    assert book.take_changed()
    assert [one["id"] for one in book.current()] == ["a2", "a1"]
    book.now += 2
    assert not book.take_changed()
    book.now += 3_700
    assert book.take_changed()
    assert [one["id"] for one in book.current()] == ["a1"]
    book.now += 86_400
    assert book.current() == []
    assert book.ids() == ["a2", "a1"]


def test_notes_and_states_of_an_alert_are_bounded() -> None:
    book = Book()
    for number in range(300):
        book.take(made(1, "worse", at=NOW + timedelta(minutes=number)))
        book.take(done("note", minute=number, note=f"note {number}"))
    view = book.find("a1")
    assert view is not None
    assert len(view.states) == len(view.notes) == 50
    assert view.notes[-1].text == "note 299"


@pytest.mark.parametrize(
    ("topic", "value"),
    [
        ("buzz.alerts", b"{}"),
        ("buzz.alerts", b"\xff"),
        ("buzz.alerts", b"[" * 70_000),
        ("buzz.actions", b'{"action": "explode"}'),
        ("buzz.actions", done("note", note="x").model_dump_json().replace('"x"', '"   "').encode()),
        ("buzz.actions", done("mute").model_dump_json().replace("united", "u" * 300).encode()),
    ],
)
def test_what_is_none_is_refused_and_changes_nothing(topic: str, value: bytes) -> None:
    book = Book()
    with pytest.raises(ValueError):  # noqa: PT011 - the reader counts it, whatever it says
        book.take(value, topic)
    assert book.ids() == []
