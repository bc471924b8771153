"""The live page in a real browser, and feedback under load, with a broker that is killed."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from infra.local.kafka import LocalKafka
from infra.local.mlflow import LocalMlflow
from infra.local.ports import free_port
from sentiment.alerts import BuzzAlert, Measure, SampleTweet, TellingWord
from sentiment.feedback import each_key_once
from sentiment.messages import Label, Mention, ScoredTweet
from tests.api.api_process import KEYS, ApiProcess, Installation, wait_for

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]

expect.set_options(timeout=60_000)

CHROMIUM = Path("/usr/bin/chromium")
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium: apt-get install --no-install-recommends chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield started
        started.close()


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


def scored(text: str, label: Label, p_negative: float) -> tuple[str, ScoredTweet]:
    key = uuid4().hex
    return key, ScoredTweet(
        id=key,
        text=text,
        author="jo",
        brand="united",
        label=label,
        p_negative=p_negative,
        model_name="sentiment",
        model_version="1",
        model_digest="d",
        scored_at=datetime.now(UTC),
        source_topic="tweets",
        source_partition=0,
        source_offset=0,
    )


def mention(brand: str, label: Label) -> tuple[str, Mention]:
    return brand, Mention(
        brand=brand,
        id=uuid4().hex,
        text="a text",
        event_time=datetime.now(UTC),
        label=label,
        p_negative=0.9 if label == "negative" else 0.1,
        model_version="1",
        source_partition=0,
        source_offset=0,
    )


def alert(state: str = "open", **changes: object) -> tuple[str, BuzzAlert]:
    now = datetime.now(UTC)
    content = {
        "id": "a" * 32,
        "brand": "united",
        "kind": "negative",
        "state": state,
        "opened_at": now,
        "at": now,
        "window_start": now,
        "window_end": now,
        "share": Measure(now=0.48, expected=0.21),
        "volume": Measure(now=212, expected=140),
        "odds": 3.5,
        "strength": 1.7,
        "words": [TellingWord(word="tarmac", z=5.1)],
        "samples": [SampleTweet(id="1", text="<b>three hours</b> on the tarmac", p_negative=0.9)],
        "model_version": "1",
        "url": "https://example.com/united",
        **changes,
    }
    return "united", BuzzAlert.model_validate(content)


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
    expect(card).to_contain_text("48 % negative, normally 21 %")
    card.get_by_text("Why this alert").click()
    for fact in ("212; expected 140", "3.5 times the normal", "tarmac", "<b>three hours</b>"):
        expect(card).to_contain_text(fact)
    expect(card.get_by_role("link")).to_have_attribute("href", "https://example.com/united")
    own.publish("buzz.alerts", alert(state="worse"))
    expect(card.locator(".badge")).to_have_text("Getting worse")
    expect(card.locator("details")).to_have_attribute("open", "")  # as the reader left it
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

    def keys_once() -> list[str]:
        return [one.key for one in each_key_once(own.feedback()) if one.key in load.keys]

    # What was written and never acknowledged counts too, when it is read back.
    wait_for(lambda: own_api.metric(wrong) == before + len(keys_once()), 60, "each key counts once")
    once = keys_once()
    print(f"\n{len(load.acknowledged)} feedbacks acknowledged, {load.refused} times 503")
    assert load.acknowledged <= set(once)
    assert len(once) == len(set(once))


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
        content = {"text": "late", "predicted": "positive", "right": "negative"}
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
