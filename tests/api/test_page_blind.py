"""The page in a real browser while nothing tells it how things are: unknown, never calm."""

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Self

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import OffsetAndMetadata
from playwright.sync_api import Browser, Page, expect

from infra.local.kafka import LocalKafka
from sentiment.late_mentions import write_late
from sentiment.messages import Tweet
from tests.api.api_process import ApiProcess, Installation, wait_for
from tests.api.records import mention, scored

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]

expect.set_options(timeout=60_000)

BLIND_SECONDS = 4
GROUP = "workers-of-the-blind-page"
VARIABLES = {
    "BADBUZZ_GROUP": GROUP,
    "BADBUZZ_API_BLIND_SECONDS": str(BLIND_SECONDS),
    "BADBUZZ_API_QUIET_SECONDS": "60",
}


class Workers:
    """A group that commits what it reads, and holds on when it is told to."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._held: set[str] = set()
        self._late = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._work()))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def hold(self, topic: str) -> None:
        self._held.add(self._installation.prefix + topic)

    def late(self, count: int) -> None:
        """Tell of so many mentions that came too late."""
        self._late = count

    def go_on(self) -> None:
        self._held.clear()

    async def _work(self) -> None:
        prefix = self._installation.prefix
        async with AIOKafkaConsumer(
            f"{prefix}tweets",
            f"{prefix}brand.mentions",
            bootstrap_servers=self._installation.brokers,
            group_id=GROUP,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        ) as consumer:
            done: dict[TopicPartition, int] = {}
            while not self._end.is_set():
                for source, records in (await consumer.getmany(timeout_ms=200)).items():
                    done[source] = records[-1].offset + 1
                ready = {
                    one: OffsetAndMetadata(at, write_late(self._late) if one.partition == 0 else "")
                    for one, at in done.items()
                    if one.topic not in self._held
                }
                if ready:
                    await consumer.commit(ready)


@pytest.fixture(scope="module")
def seen(kafka: LocalKafka, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Topics; no model is needed to show what is in them."""
    folder = tmp_path_factory.mktemp("blind")
    made = Installation(folder, kafka.bootstrap, "http://127.0.0.1:9")
    made.make_topics()
    return made


@pytest.fixture(scope="module")
def workers(seen: Installation) -> Iterator[Workers]:
    with Workers(seen) as started:
        yield started


@pytest.fixture(scope="module")
def watching(seen: Installation, workers: Workers) -> Iterator[ApiProcess]:
    with ApiProcess(seen, ready=False, **VARIABLES) as process:
        wait_for(lambda: freshness(process)["checked_at"], 60, "Kafka tells of the workers")
        yield process


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of which no script fails."""
    context = browser.new_context()
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    context.close()
    assert faults == []


def freshness(api: ApiProcess) -> dict[str, object]:
    found: dict[str, object] = httpx.get(f"{api.url}/freshness").json()
    return found


def expect_unknown(page: Page, reason: str) -> None:
    expect(page.locator("#alerts-note")).to_contain_text("unknown")
    expect(page.locator("#blind")).to_contain_text(reason)
    for figure in ("#share-note", "#rate-note", "#volume-note", "#brands-note"):
        expect(page.locator(figure)).to_contain_text("unknown")
    for figure in ("#share-now", "#rate", "#volume", "#open-alerts"):
        expect(page.locator(figure)).to_have_text("–")
    expect(page).to_have_title("badbuzz · unknown")
    assert "calm" not in page.locator("body").inner_text().replace("mean that all is calm", "")


def expect_known(page: Page) -> None:
    expect(page.locator("#alerts-note")).to_have_text("all calm")
    expect(page.locator("#blind")).to_be_hidden()
    expect(page.locator("#open-alerts")).to_have_text("0")


def test_with_the_events_blocked_nothing_is_called_calm(
    page: Page, watching: ApiProcess, seen: Installation
) -> None:
    seen.publish("tweets.scored", scored("a text", "positive", 0.1))
    page.route("**/events", lambda route: route.abort())
    page.goto(watching.url)
    expect_unknown(page, "connecting")
    expect(page.locator("#alerts-note")).to_contain_text("s behind")
    expect_unknown(page, "no news reaches this page")
    page.unroute("**/events")
    expect_known(page)


def test_with_the_mentions_held_it_says_how_far_behind_and_is_calm_again_after(
    page: Page, watching: ApiProcess, seen: Installation, workers: Workers
) -> None:
    seen.publish("tweets.scored", scored("a text", "positive", 0.1))
    page.goto(watching.url)
    expect_known(page)
    workers.hold("brand.mentions")
    time.sleep(1)
    for _ in range(6):
        seen.publish("brand.mentions", mention("united", "negative"))
    expect(page.locator("#alerts-note")).to_contain_text("s behind")
    expect_unknown(page, "mentions wait to be watched for a buzz")
    row = page.locator("#brands tr").filter(has_text="united")
    expect(row.locator("td").first).to_have_text("unknown")
    told = freshness(watching)
    assert told["state"] == "unknown"
    assert isinstance(told["behind_seconds"], int)
    assert told["behind_seconds"] >= BLIND_SECONDS
    assert watching.metric("badbuzz_api_blind") == 1
    workers.go_on()
    expect_known(page)
    expect(row.locator("td").first).to_have_text("100 %")
    assert freshness(watching)["state"] == "current"
    wait_for(lambda: watching.metric("badbuzz_api_blind") == 0, 20, "the metric")


def test_mentions_that_came_too_late_are_told(
    page: Page, watching: ApiProcess, seen: Installation, workers: Workers
) -> None:
    for _ in range(6):  # on both partitions
        seen.publish("brand.mentions", mention("united", "negative"), mention("delta", "negative"))
    seen.publish("tweets.scored", scored("a text", "positive", 0.1))
    page.goto(watching.url)
    expect_known(page)
    before = freshness(watching)["late_mentions"]
    workers.late(7)
    wait_for(lambda: freshness(watching)["late_mentions"] != before, 30, "Kafka tells of them")
    expect(page.locator("#brands-note")).to_contain_text("7")
    expect(page.locator("#alerts-note")).to_have_text("all calm")


def test_with_tweets_that_nobody_scores_it_is_unknown(
    page: Page, watching: ApiProcess, seen: Installation, workers: Workers
) -> None:
    page.goto(watching.url)
    workers.hold("tweets")
    time.sleep(1)
    seen.publish("tweets", ("1", Tweet(id="1", text="late")))
    expect_unknown(page, "tweets wait to be scored")
    workers.go_on()
    seen.publish("tweets.scored", scored("a text", "positive", 0.1))
    expect_known(page)


def test_a_server_that_stands_still_is_noticed(
    page: Page, watching: ApiProcess, seen: Installation
) -> None:
    seen.publish("tweets.scored", scored("a text", "positive", 0.1))
    page.goto(watching.url)
    expect_known(page)
    assert watching.process is not None
    watching.process.send_signal(signal.SIGSTOP)
    try:
        expect_unknown(page, "no news reaches this page")
    finally:
        watching.process.send_signal(signal.SIGCONT)
    expect_known(page)


def test_without_a_worker_it_is_unknown(browser: Browser, seen: Installation) -> None:
    """Of a group that never was; the topics are read, and old results are there."""
    nobody = {**VARIABLES, "BADBUZZ_GROUP": "nobody"}
    context = browser.new_context()
    with ApiProcess(seen, ready=False, **nobody) as process:
        opened = context.new_page()
        opened.goto(process.url)
        expect(opened.locator("#status")).to_have_text("Live")
        wait_for(lambda: freshness(process)["checked_at"], 30, "Kafka tells")
        expect_unknown(opened, "no worker runs")
    context.close()


def test_a_record_that_one_part_cannot_show_leaves_the_other_parts_alone(
    page: Page, watching: ApiProcess
) -> None:
    """The server leaves such records out; the page does not rest on it."""
    snapshot = """event: snapshot
data: {"tweets": [{"text": "no brands"}, {"text": "fine\\u202e\\u001b[31m", "label": "negative",
data:  "p_negative": 0.9, "brands": ["<b>\\u009b"], "at": 0}], "alerts": [null, {"state": "open"},
data:  {"id": "a", "brand": "united", "kind": "negative", "state": "open", "opened_at": "x",
data:   "volume": {"now": null, "expected": 3}, "words": [{"word": "late", "z": null}, null],
data:   "samples": [null], "window_start": null, "window_end": 1e99, "odds": "many"}],
data: "series": {"": [[0, 1, 2, 0, []]]}, "following": true, "rate": null, "view": "current",
data: "behind": 0, "reasons": [], "model": {"name": "m"}}

"""
    page.route(
        "**/events",
        lambda route: route.fulfill(
            status=200, headers={"content-type": "text/event-stream"}, body=snapshot
        ),
    )
    page.goto(watching.url)
    expect(page.locator("#tweets .text")).to_have_text("fine<U+202E><U+001B>[31m")
    expect(page.locator("#tweets .chip")).to_have_text("<b><U+009B>")
    expect(page.locator(".alert h3")).to_have_text("united")
    expect(page.locator(".alert")).to_have_count(1)
    expect(page.locator("#chart svg")).to_be_visible()


def test_sparse_minutes_are_a_thin_line_and_empty_ones_none(
    page: Page, watching: ApiProcess
) -> None:
    """30 tweets a minute, then nothing for four minutes, then two a minute."""
    now = int(time.time() // 60)
    full = [[now - ago, 15, 30, 0, []] for ago in range(40, 20, -1)]
    few = [[now - ago, 1, 2, 0, []] for ago in range(15, -1, -1)]
    rows = str([*full, *few])
    snapshot = (
        f'event: snapshot\ndata: {{"tweets": [], "alerts": [], "series": {{"": {rows}}}, '
        '"following": true, "rate": 1, "view": "current", "behind": 0, "reasons": []}\n\n'
    )
    page.route(
        "**/events",
        lambda route: route.fulfill(
            status=200, headers={"content-type": "text/event-stream"}, body=snapshot
        ),
    )
    page.goto(watching.url)
    lines = page.locator(".line.c0 polyline")
    expect(lines).to_have_count(2)
    read: Callable[[int, str], str | None] = lambda at, name: lines.nth(at).get_attribute(name)  # noqa: E731
    assert (read(0, "class"), read(1, "class")) == ("", "sparse")
    ends = [
        [float(part.split(",")[0]) for part in str(read(at, "points")).split()] for at in (0, 1)
    ]
    step = ends[0][1] - ends[0][0]
    assert ends[1][0] - ends[0][-1] > 4 * step
