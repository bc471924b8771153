"""Feedback, listed: in pages, each once, the newest first, in bounded memory."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from api.feedback_list import FeedbackList
from api.paging import write_cursor
from api.problems import ProblemError
from sentiment.messages import Feedback
from tests.api.api_process import KEYS, ApiProcess, Installation, wait_for

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def feedback(number: int, **more: str) -> Feedback:
    facts = {"model_version": "1", "caller": "ann"} | more
    return Feedback(
        key=f"key-{number:03}",
        text="late",
        predicted="positive",
        right="negative",
        received_at=NOON + timedelta(seconds=number // 2),
        **facts,
    )


def keys(found: list[Feedback]) -> list[int]:
    return [int(one.key[4:]) for one in found]


def anything(_: Feedback) -> bool:
    return True


def test_pages_hold_each_once_whatever_the_order_in_which_they_came() -> None:
    listed = FeedbackList(100)
    for number in (3, 0, 4, 1, 2, 4, 0):
        listed.add(feedback(number))
    first, after = listed.page(2, None, anything)
    second, after = listed.page(2, after, anything)
    third, end = listed.page(2, after, anything)
    assert [keys(page) for page in (first, second, third)] == [[4, 3], [2, 1], [0]]
    assert end is None


def test_a_page_does_not_move_when_more_comes_or_what_it_ends_with_goes() -> None:
    listed = FeedbackList(4)
    for number in range(4):
        listed.add(feedback(number))
    _, after = listed.page(2, None, anything)
    listed.add(feedback(9))
    assert keys(listed.page(9, after, anything)[0]) == [1]
    for number in range(10, 13):
        listed.add(feedback(number))
    assert listed.page(9, after, anything) == ([], None)


def test_a_full_list_keeps_the_newest() -> None:
    listed = FeedbackList(3)
    for number in (5, 1, 4, 2, 3, 0):
        listed.add(feedback(number))
    assert keys(listed.page(9, None, anything)[0]) == [5, 4, 3]


def test_what_does_not_fit_is_passed_over() -> None:
    listed = FeedbackList(100)
    for number in range(6):
        listed.add(feedback(number, caller="bob" if number % 2 else "ann"))
    first, after = listed.page(2, None, lambda one: one.caller == "bob")
    rest, end = listed.page(2, after, lambda one: one.caller == "bob")
    assert (keys(first), keys(rest), end) == ([5, 3], [1], None)


@pytest.mark.parametrize(
    "cursor", ["", "%", "AAAA", "é", write_cursor([1, "key"]), write_cursor([1.5])]
)
def test_a_cursor_that_is_made_up_is_refused(cursor: str) -> None:
    listed = FeedbackList(3)
    listed.add(feedback(1))
    with pytest.raises(ProblemError) as error:
        listed.page(2, cursor, anything)
    assert error.value.status == 422
    assert error.value.faults is not None
    assert error.value.faults[0].pointer == "/query/cursor"


@pytest.mark.live
def test_feedback_of_the_topic_is_listed_and_a_page_that_still_holds_is_not_sent_again(
    guarded: ApiProcess, installation: Installation
) -> None:
    sent = [feedback(number, model_version="77") for number in range(3)]
    with guarded.client(**{"x-api-key": KEYS["reader"]}) as client:

        def listed(**query: str) -> httpx.Response:
            return client.get("/feedback", params={"model_version": "77"} | query)

        installation.publish("feedback", *((one.key, one) for one in sent))
        wait_for(lambda: len(listed().json()["items"]) == 3, 20, "the topic is read")
        page = listed(limit="2")
        assert [one["key"] for one in page.json()["items"]] == ["key-002", "key-001"]
        rest = listed(limit="2", cursor=page.json()["next"]).json()
        assert [Feedback.model_validate(one) for one in rest["items"]] == sent[:1]
        assert rest["next"] is None
        assert listed(caller="nobody").json() == {"items": [], "next": None}

        held = {"if-none-match": f'"other", W/{page.headers["etag"]}'}
        again = client.get("/feedback?model_version=77&limit=2", headers=held)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == page.headers["etag"]
        assert again.headers["cache-control"] == "private, no-cache"
        assert client.get("/feedback?model_version=77", headers=held).status_code == 200
        assert listed(cursor="made-up").status_code == 422
        assert listed(limit="201").status_code == 422
    assert httpx.get(f"{guarded.url}/feedback").status_code == 401
