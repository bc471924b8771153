"""Whose vote counts: the latest of each caller on each text, and not more than a limit of one's."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from sentiment.feedback import each_key_once, latest_votes
from sentiment.messages import Feedback

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def vote(
    caller: str | None, text: str, second: int, right: Literal["negative", "positive"] = "negative"
) -> Feedback:
    return Feedback(
        key=f"{caller} {second}",
        text=text,
        predicted="uncertain",
        right=right,
        model_version="1",
        caller=caller,
        received_at=NOON + timedelta(seconds=second),
    )


def test_a_later_vote_of_a_caller_on_a_text_replaces_the_earlier_one() -> None:
    records = [
        vote("ann", "late", 2, "positive"),
        vote("ann", "late", 1),
        vote("bob", "late", 0),
        vote("ann", "  LATE\u200b ", 3),
    ]
    found = latest_votes(records, most=9)
    assert [(one.caller, one.right) for one in found] == [("ann", "negative"), ("bob", "negative")]


def test_one_text_sent_200_times_is_one_row() -> None:
    for caller in ("ann", None):
        assert len(latest_votes((vote(caller, "late", n) for n in range(200)), most=500)) == 1


def test_one_caller_has_no_more_than_its_limit_the_newest() -> None:
    records = [vote("ann", f"text {number}", number) for number in range(600)]
    found = latest_votes([*records, vote("bob", "late", 0)], most=100)
    assert [one.text for one in found if one.caller == "ann"] == [
        f"text {number}" for number in range(599, 499, -1)
    ]
    assert [one.caller for one in found].count("bob") == 1


def test_votes_from_before_callers_were_kept_stay() -> None:
    records = [vote(None, f"text {number}", number) for number in range(600)]
    assert len(latest_votes(each_key_once(records), most=100)) == 600
