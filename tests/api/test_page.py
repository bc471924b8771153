"""The live page in a real browser, and feedback under load, with a broker that is killed."""

import threading
import time
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from infra.local.kafka import LocalKafka
from infra.local.mlflow import LocalMlflow
from infra.local.ports import free_port
from sentiment.messages import Label
from tests.api.api_process import KEYS, ApiProcess, Installation, wait_for
from tests.api.records import alert, mention, scored

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]

expect.set_options(timeout=60_000)

WRITERS = 4


@pytest.fixture(scope="module")
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    """A broker that these tests may kill."""
    with LocalKafka(tmp_path_factory.mktemp("own-kafka"), free_port()) as broker:
        yield broker


@pytest.fixture(scope="module")
def own(
    own_kafka: LocalKafka, mlflow_server: LocalMlflow, tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    made = Installation(tmp_path_factory.mktemp("page"), own_kafka.bootstrap, mlflow_server.uri)
    made.make_topics()
    made.promote()
    return made


@pytest.fixture(scope="module")
def own_api(own: Installation) -> Iterator[ApiProcess]:
    with ApiProcess(own, BADBUZZ_API_FEEDBACK_TIMEOUT_SECONDS="2") as process:
        yield process


@pytest.fixture
def page(browser: Browser, own_api: ApiProcess) -> Iterator[Page]:
    """The page, live; the test fails when its scripts do."""
    context = browser.new_context(color_scheme="light")
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(own_api.url)
    expect(opened.locator("#status")).to_have_text("Live")
    yield opened
    context.close()
    assert faults == []


def test_a_tweet_from_kafka_appears_is_corrected_and_the_correction_is_in_kafka(
    page: Page, own: Installation, own_api: ApiProcess
) -> None:
    key, tweet = scored("oh great, delayed again. well done!", "positive", 0.12)
    own.publish("tweets.scored", (key, tweet))
    row = page.locator(f'[data-id="{key}"]')
    expect(row.locator(".text")).to_have_text(tweet.text)
    expect(row.locator(".pill")).to_have_text("Positive")
    row.get_by_role("button", name="It is negative").click()
    expect(row.locator(".done")).to_have_text("Corrected to negative")
    [found] = [one for one in own.feedback() if one.tweet_id == key]
    assert (found.text, found.predicted, found.right) == (tweet.text, "positive", "negative")
    assert own_api.metric('bad_prediction_total{model_version="1"}') == 1


def test_five_labels_have_their_filters_and_three_answers_correct_them(
    page: Page, own: Installation
) -> None:
    key, neutral = scored("boarding at gate twelve", "neutral", 0.12)
    neutral = neutral.model_copy(update={"p_neutral": 0.8, "p_positive": 0.08})
    other, foreign = scored("@united https://t.co/abc", "unsupported", 0.5)
    foreign = foreign.model_copy(update={"p_negative": None})
    own.publish("tweets.scored", (key, neutral), (other, foreign))
    row, unjudged = (page.locator(f'[data-id="{one}"]') for one in (key, other))
    expect(row.locator(".pill")).to_have_text("Neutral")
    expect(row.locator(".score")).to_have_text("12 % negative · 80 % neutral · 8 % positive")
    expect(unjudged.locator(".pill")).to_have_text("Not judged")
    expect(unjudged.locator(".score")).to_have_count(0)
    expect(row.locator("button")).to_have_text(["It is negative", "It is positive"])
    expect(unjudged.locator("button")).to_have_text(
        ["It is negative", "It is neutral", "It is positive"]
    )
    expect(page.locator("#unsupported-part")).to_contain_text("%")
    page.get_by_role("radio", name="Not judged").check(force=True)
    expect(row).to_be_hidden()
    expect(unjudged).to_be_visible()
    page.get_by_role("radio", name="Neutral").check(force=True)
    expect(row).to_be_visible()
    expect(unjudged).to_be_hidden()
    row.get_by_role("button", name="It is positive").click()
    expect(row.locator(".done")).to_have_text("Corrected to positive")
    [found] = [one for one in own.feedback() if one.tweet_id == key]
    assert (found.predicted, found.right) == ("neutral", "positive")


def test_a_tweet_with_a_script_in_it_is_shown_as_text(page: Page, own: Installation) -> None:
    text = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"
    key, tweet = scored(text, "negative", 0.9)
    own.publish("tweets.scored", (key, tweet))
    own.publish("buzz.alerts", alert(brand=text, id="b" * 32, url="javascript:window.hacked=1"))
    expect(page.locator(f'[data-id="{key}"] .text')).to_have_text(text)
    expect(page.locator(".alert h3").filter(has_text="hacked")).to_have_text(text)
    assert page.evaluate("window.hacked") is None
    assert page.locator("#tweets script, #tweets img, .alert img").count() == 0
    assert page.locator('a[href^="javascript"]').count() == 0
    own.publish("buzz.alerts", alert(state="closed", id="b" * 32, brand=text))


def test_an_alert_explains_itself_until_it_closes(page: Page, own: Installation) -> None:
    own.publish("buzz.alerts", alert())
    card = page.locator(f'.alert[data-id="{"a" * 32}"]')
    expect(card.locator("h3 + p")).to_have_text("12 times as many complaints as usual")
    expect(card).to_contain_text("48 % negative, usually 21 %")
    card.get_by_text("Why this alert").click()
    for fact in ("212, usually 140", "96, usually 8", "tarmac", "<b>three hours</b>"):
        expect(card).to_contain_text(fact)
    for link in card.get_by_role("link").all():
        expect(link).to_have_attribute("href", f"/brands/united?alert={'a' * 32}")
    own.publish("buzz.alerts", alert(state="worse"))
    expect(card.locator(".badge")).to_have_text("Getting worse")
    why = card.locator("details:not(.note)")
    expect(why).to_have_attribute("open", "")  # as the reader left it
    own.publish("buzz.alerts", alert(state="closed"))
    expect(card).to_have_count(0)


def test_the_chart_and_the_table_show_the_share_of_each_brand(
    page: Page, own: Installation
) -> None:
    labels: list[Label] = ["negative"] * 6 + ["positive"] * 4
    own.publish("brand.mentions", *(mention("jetblue", label) for label in labels))
    row = page.locator("#brands tr").filter(has_text="jetblue")
    expect(row.locator("td").first).to_have_text("60 %")
    expect(page.locator("#legend")).to_contain_text("jetblue")
    page.locator("#chart").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#chart-reading")).to_contain_text("jetblue 60 %")
    row.get_by_role("button").click()
    expect(page.locator("#legend")).not_to_contain_text("jetblue")


def test_a_person_tries_a_text_and_sees_the_words_that_carry_the_score(page: Page) -> None:
    page.get_by_label("Text to score").fill("😀 great crew :) but an awful flight")
    page.get_by_role("button", name="Score it").click()
    expect(page.locator("#try-result mark.negative")).to_have_text("awful")
    expect(page.locator("#try-result mark.positive")).to_have_text(["great", ":)"])


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wider_than_the_screen(page: Page, own: Installation, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    key, tweet = scored("w" * 400, "uncertain", 0.5)
    own.publish("tweets.scored", (key, tweet))
    expect(page.locator(f'[data-id="{key}"]')).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_pauses_while_a_person_reads(page: Page, own: Installation) -> None:
    page.get_by_role("button", name="Pause").click()
    key, tweet = scored("while you read", "positive", 0.1)
    own.publish("tweets.scored", (key, tweet))
    expect(page.locator("#pause")).to_have_text("Show 1 new")
    expect(page.locator(f'[data-id="{key}"]')).to_have_count(0)
    page.locator("#pause").click()
    expect(page.locator(f'[data-id="{key}"]')).to_have_count(1)


def test_with_keys_on_the_page_asks_for_a_key_first(browser: Browser, guarded: ApiProcess) -> None:
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(guarded.url)
    opened.get_by_label("Your key").fill("not the key")
    opened.get_by_role("button", name="Log in").click()
    expect(opened.get_by_role("alert")).to_contain_text("not known")
    opened.get_by_label("Your key").fill(KEYS["boss"])
    opened.get_by_role("button", name="Log in").click()
    expect(opened.locator("#status")).to_have_text("Live")
    opened.get_by_label("Text to score").fill("awful")
    opened.get_by_role("button", name="Score it").click()
    expect(opened.locator("#try-result mark")).to_have_text("awful")
    opened.get_by_role("button", name="Log out").click()
    expect(opened.get_by_label("Your key")).to_be_visible()
    context.close()


def test_with_the_broker_killed_under_load_no_feedback_is_lost_and_the_page_comes_back(
    page: Page, own: Installation, own_api: ApiProcess, own_kafka: LocalKafka
) -> None:
    wrong = 'bad_prediction_total{model_version="1"}'
    before = own_api.metric(wrong) or 0
    load = Load(own_api)
    with load:
        wait_for(lambda: len(load.acknowledged) > 50)
        own_kafka.kill()
        expect(page.locator("#status")).to_have_text("Waiting for Kafka")
        wait_for(lambda: load.refused > 2, 60, "a 503 while the broker is down")
        assert httpx.get(f"{own_api.url}/ready").status_code == 503
        assert httpx.get(f"{own_api.url}/health").status_code == 200
        own_kafka.start()
        back = len(load.acknowledged)
        wait_for(lambda: len(load.acknowledged) > back + 50, 60, "feedback after the restart")
    expect(page.locator("#status")).to_have_text("Live")
    key, tweet = scored("after the restart", "positive", 0.1)
    own.publish("tweets.scored", (key, tweet))
    expect(page.locator(f'[data-id="{key}"]')).to_be_attached()

    def keys_written() -> set[str]:
        return {one.key for one in own.feedback()} & load.keys

    # What was written and never acknowledged counts too, when it is read back.
    wait_for(lambda: own_api.metric(wrong) == before + len(keys_written()), 60, "keys count once")
    print(f"\n{len(load.acknowledged)} feedbacks acknowledged, {load.refused} times 503")
    assert load.acknowledged <= keys_written()


class Load:
    """People who correct, in threads, and send again with the same key after a 503."""

    def __init__(self, api: ApiProcess) -> None:
        self._url = f"{api.url}/feedback"
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._write) for _ in range(WRITERS)]
        self.keys: set[str] = set()
        self.acknowledged: set[str] = set()
        self.refused = 0

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _write(self) -> None:
        with httpx.Client(timeout=30) as client:
            while not self._stop.is_set():
                self._correct(client, uuid4().hex)
                time.sleep(0.005)

    def _correct(self, client: httpx.Client, key: str) -> None:
        self.keys.add(key)
        # A person's votes for one text count once.
        content = {"text": f"late {key}", "predicted": "positive", "right": "negative"}
        while True:
            answer = client.post(self._url, json={**content, "model_version": "1", "key": key})
            if answer.status_code == 202:
                self.acknowledged.add(key)
                return
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) >= 1
            self.refused += 1
            if self._stop.wait(0.5):
                return
