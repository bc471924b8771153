"""Predictions by the running service, with a real registry behind it."""

import asyncio

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentiment.scorer import Scorer
from tests.api.api_process import ApiProcess, Installation, run, wait_for
from tests.artefacts import NEGATIVE, POSITIVE, make_artefact

pytestmark = pytest.mark.live

words = st.sampled_from([*NEGATIVE, *POSITIVE, "flight", "crew", "✈️"])
tweets = st.lists(words, min_size=1, max_size=8).map(" ".join)


@pytest.fixture(scope="session")
def scorer(tmp_path_factory: pytest.TempPathFactory) -> Scorer:
    return Scorer(make_artefact(tmp_path_factory.mktemp("scorer") / "toy"))


def test_one_text_gets_label_probability_and_version(client: httpx.Client) -> None:
    answer = client.post("/predict", json={"text": "awful and late", "id": "7"})
    assert answer.status_code == 200
    body = answer.json()
    assert body["id"] == "7"
    assert body["label"] == "negative"
    assert body["p_negative"] == pytest.approx(0.982, abs=1e-3)
    assert body["model_version"] == "1"


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(tweets, min_size=1, max_size=60))
def test_of_requests_at_once_each_gets_its_own_answer(
    api: ApiProcess, scorer: Scorer, texts: list[str]
) -> None:
    async def ask() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=api.url) as client:
            requests = [
                client.post("/predict", json={"id": str(number), "text": text})
                for number, text in enumerate(texts)
            ]
            return await asyncio.gather(*requests)

    answers = [answer.json() for answer in run(ask())]
    assert [answer["id"] for answer in answers] == [str(n) for n in range(len(texts))]
    expected = scorer.score(texts).p_negative.tolist()
    assert [answer["p_negative"] for answer in answers] == pytest.approx(expected, abs=1e-6)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(tweets, min_size=1, max_size=1_000))
def test_a_batch_keeps_the_order_of_its_texts(
    client: httpx.Client, scorer: Scorer, texts: list[str]
) -> None:
    body = client.post("/predict/batch", json={"texts": texts}).json()
    got = [item["p_negative"] for item in body["predictions"]]
    assert got == pytest.approx(scorer.score(texts).p_negative.tolist(), abs=1e-6)


def test_a_batch_of_more_than_a_thousand_texts_is_refused(client: httpx.Client) -> None:
    answer = client.post("/predict/batch", json={"texts": ["late"] * 1_001})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/body/texts"


def test_a_language_that_the_model_does_not_know_goes_unscored(client: httpx.Client) -> None:
    one = client.post("/predict", json={"text": "en retard", "lang": "fr"}).json()
    assert (one["label"], one["p_negative"]) == ("unsupported", None)
    many = client.post("/predict/batch", json={"texts": ["en retard"], "lang": "fr"}).json()
    nothing = dict.fromkeys(("p_negative", "p_neutral", "p_positive"))
    assert many["predictions"] == [{"id": None, "label": "unsupported", **nothing}]


def test_explain_gives_the_words_that_carry_the_score(client: httpx.Client) -> None:
    text = "the crew was great, the flight awful ✈️ late"
    body = client.post("/explain", json={"text": text}).json()
    weights = {piece["text"]: piece["weight"] for piece in body["pieces"]}
    assert weights["awful"] > 0.05
    assert weights["late"] > 0.05
    assert weights["great,"] < -0.05
    assert weights["crew"] == pytest.approx(0, abs=1e-6)
    assert all(text[one["start"] : one["end"]] == one["text"] for one in body["pieces"])


def test_explain_of_a_very_long_text_has_a_bounded_number_of_pieces(client: httpx.Client) -> None:
    body = client.post("/explain", json={"text": "late " * 700}).json()
    assert len(body["pieces"]) <= 128
    assert body["pieces"][-1]["end"] == len("late " * 700) - 1


def test_the_model_tells_its_version_digest_and_since_when(client: httpx.Client) -> None:
    body = client.get("/model").json()
    assert (body["version"], body["candidate"]) == ("1", "toy")
    assert len(body["digest"]) == 16
    assert body["running_since"] > body["created_at"]


def test_a_new_champion_takes_over_without_a_failed_request(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = Installation(tmp_path_factory.mktemp("swap"), installation.brokers, installation.mlflow)
    own.make_topics()
    first = own.promote(bias=0)
    with ApiProcess(own) as api, api.client() as client:

        def ask() -> dict[str, object]:
            answer = client.post("/predict", json={"text": "a plain flight"})
            assert answer.status_code == 200
            return answer.json()

        assert ask()["model_version"] == first
        second = own.promote(bias=3)
        answers = []
        wait_for(lambda: answers.append(ask()) or answers[-1]["model_version"] == second)
        for answer in answers:
            expected = 0.5 if answer["model_version"] == first else 0.9526
            assert answer["p_negative"] == pytest.approx(expected, abs=1e-3)
        assert api.metric(f'bad_prediction_total{{model_version="{second}"}}') == 0
