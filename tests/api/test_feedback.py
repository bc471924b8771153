"""Feedback: stored in Kafka before the answer, counted once."""

from uuid import uuid4

import httpx
import pytest

from sentiment.messages import Feedback
from tests.api.api_process import KEYS, ApiProcess, Installation

pytestmark = pytest.mark.live


def correction(**changes: object) -> dict[str, object]:
    return {
        "text": f"late again {uuid4()}",
        "tweet_id": "570306133677760513",
        "predicted": "positive",
        "right": "negative",
        "model_version": "1",
        "author": "jo",
        "note": "irony",
        **changes,
    }


def stored(installation: Installation, key: str) -> list[Feedback]:
    return [one for one in installation.feedback() if one.key == key]


def test_an_accepted_feedback_is_in_kafka(client: httpx.Client, installation: Installation) -> None:
    sent = correction(key=str(uuid4()))
    answer = client.post("/feedback", json=sent)
    assert answer.status_code == 202
    assert answer.json() == {"key": sent["key"], "status": "stored"}
    [found] = stored(installation, str(sent["key"]))
    content = found.model_dump(exclude={"received_at", "schema_version"})
    assert content == {**sent, "caller": "anyone"}


def test_feedback_carries_the_name_of_the_key_that_sent_it(
    guarded: ApiProcess, installation: Installation
) -> None:
    sent = correction(key=str(uuid4()))
    headers = {"X-API-Key": KEYS["corrector"]}
    answer = httpx.post(f"{guarded.url}/feedback", json=sent, headers=headers)
    assert answer.status_code == 202
    [found] = stored(installation, str(sent["key"]))
    assert found.caller == "corrector"


def test_a_wrong_prediction_counts_once_however_often_it_is_sent(
    client: httpx.Client, api: ApiProcess
) -> None:
    def count() -> float:
        return api.metric('bad_prediction_total{model_version="1"}') or 0

    before, sent = count(), correction(key=str(uuid4()))
    statuses = [client.post("/feedback", json=sent).json()["status"] for _ in range(3)]
    assert statuses == ["stored", "known", "known"]
    assert count() == before + 1


def test_a_caller_that_repeats_its_vote_on_a_text_counts_once(
    client: httpx.Client, api: ApiProcess
) -> None:
    def count() -> float:
        return api.metric('bad_prediction_total{model_version="1"}') or 0

    before, text = count(), f"the gate was closed {uuid4()}"
    for spelled in (text, text.upper(), f" {text}\u200b", *[text] * 7):
        sent = correction(key=str(uuid4()), text=spelled)
        assert client.post("/feedback", json=sent).json()["status"] == "stored"
    assert count() == before + 1


@pytest.mark.parametrize("predicted", ["negative", "uncertain", "unsupported"])
def test_a_right_prediction_and_one_that_named_no_label_are_not_bad(
    client: httpx.Client, api: ApiProcess, predicted: str
) -> None:
    before = api.metric('bad_prediction_total{model_version="1"}')
    assert client.post("/feedback", json=correction(predicted=predicted)).status_code == 202
    assert api.metric('bad_prediction_total{model_version="1"}') == before


def test_versions_that_callers_make_up_do_not_make_series(
    client: httpx.Client, api: ApiProcess
) -> None:
    before = api.metric('bad_prediction_total{model_version="other"}')
    assert before is not None
    client.post("/feedback", json=correction(model_version="made-up"))
    assert api.metric('bad_prediction_total{model_version="other"}') == before + 1
    assert api.metric('bad_prediction_total{model_version="made-up"}') is None


def test_a_key_with_other_content_is_refused(client: httpx.Client) -> None:
    sent = correction(key=str(uuid4()))
    assert client.post("/feedback", json=sent).status_code == 202
    answer = client.post("/feedback", json={**sent, "right": "positive"})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_key_may_come_in_a_header(client: httpx.Client, installation: Installation) -> None:
    key = str(uuid4())
    answer = client.post("/feedback", json=correction(), headers={"Idempotency-Key": key})
    assert answer.json()["key"] == key
    assert len(stored(installation, key)) == 1


def test_two_keys_that_differ_are_refused(client: httpx.Client) -> None:
    answer = client.post(
        "/feedback", json=correction(key="one"), headers={"Idempotency-Key": "two"}
    )
    assert answer.status_code == 409


def test_without_a_key_each_feedback_stands_for_itself(client: httpx.Client) -> None:
    sent = correction()
    keys = {client.post("/feedback", json=sent).json()["key"] for _ in range(2)}
    assert len(keys) == 2


def test_a_misspelt_field_is_refused_rather_than_dropped(client: httpx.Client) -> None:
    answer = client.post("/feedback", json=correction(tweetid="7"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/body/tweetid"


def test_after_a_restart_a_key_is_still_known_and_not_counted_again(
    client: httpx.Client, installation: Installation
) -> None:
    sent = correction(key=str(uuid4()))
    assert client.post("/feedback", json=sent).json()["status"] == "stored"
    with ApiProcess(installation) as second, second.client() as later:
        assert later.post("/feedback", json=sent).status_code == 202
        assert second.metric('bad_prediction_total{model_version="1"}') == 0
    assert {one.text for one in stored(installation, str(sent["key"]))} == {sent["text"]}
