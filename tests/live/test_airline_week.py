"""A real week of four airlines, replayed from its raw CSV, is walked through on the brand pages.

AIRLINE_TWEETS names the file: a CSV, or a zip of one, with the columns `created_at`, `airline` and
`text`, such as CrowdFlower's Twitter US Airline Sentiment. Without it the test is skipped.
"""

import csv
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from infra.local.kafka import LocalKafka
from tests.live.whole_stack import WholeStack
from trainer.shipped import shipped_folder

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(480)]

VARIABLE = "AIRLINE_TWEETS"
COLUMNS = ("--text-column", "text", "--time-column", "created_at", "--brand-column", "airline")
SPEED = "50000"
WORD = "refund"
WEEK = timedelta(days=7)

expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def file() -> Path:
    named = os.environ.get(VARIABLE)
    if not named:
        pytest.skip(f"set {VARIABLE} to a CSV of tweets to airlines, or a zip of one")
    return Path(named)


@pytest.fixture(scope="module")
def rows(file: Path) -> list[dict[str, str]]:
    if not is_zipfile(file):
        return list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
    with ZipFile(file) as packed:
        content = packed.read(packed.namelist()[0]).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


@pytest.fixture(scope="module")
def week(
    file: Path, kafka: LocalKafka, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WholeStack]:
    """The stack with the model that ships, after a replay of the file."""
    stack = WholeStack(tmp_path_factory.mktemp("week"), kafka, shipped_folder())
    with ExitStack() as closing:
        closing.callback(stack.stop)
        stack.start()
        replay = [str(Path(sys.executable).with_name("badbuzz")), "replay", str(file)]
        done = subprocess.run(
            [*replay, *COLUMNS, "--speed", SPEED],
            env={**os.environ, **stack.workers.environment},
            capture_output=True, text=True, timeout=200, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2_000:]
        assert "refused 0" in done.stderr
        stack.wait_counted()
        yield stack


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """The test fails when the page's scripts do."""
    made = browser.new_page(
        locale="en-GB", timezone_id="UTC", viewport={"width": 1280, "height": 900}
    )
    faults: list[str] = []
    made.on("pageerror", lambda error: faults.append(str(error)))
    yield made
    made.close()
    assert faults == []


def get(stack: WholeStack, path: str, **query: Any) -> Any:
    answer = httpx.get(f"{stack.api.url}{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def airlines(rows: list[dict[str, str]]) -> list[str]:
    return sorted({row["airline"] for row in rows})


def test_every_tweet_is_counted_in_the_week_and_kept(
    week: WholeStack, rows: list[dict[str, str]]
) -> None:
    for airline in airlines(rows):
        times = [at(row) for row in rows if row["airline"] == airline]
        found = get(week, f"/brands/{airline}/series", span="week")
        start, end = (datetime.fromisoformat(found[name]) for name in ("start", "end"))
        assert end - start == WEEK
        assert max(times) < end <= max(times) + timedelta(hours=1)
        counted = sum(point["mentions"] or 0 for point in found["points"])
        assert counted == sum(start <= time < end for time in times)
        assert get(week, f"/brands/{airline}/tweets", limit=1)["kept"] == len(times)


def test_a_brands_page_shows_its_days_and_an_hour_of_them(
    week: WholeStack, rows: list[dict[str, str]], page: Page
) -> None:
    for airline in airlines(rows):
        last = max(at(row) for row in rows if row["airline"] == airline)
        page.goto(f"{week.api.url}/brands/{airline}")
        expect(page.get_by_role("heading", level=1)).to_have_text(airline)
        page.get_by_text("Show the chart as a table").click()
        for span, steps in (("Week", 168), ("Day", 96), ("Hour", 60)):
            page.get_by_text(span, exact=True).click()
            expect(page.locator("#series-table tbody tr")).to_have_count(steps)
            expect(page.locator("#series-range")).to_contain_text(f"{last.day} {last:%b} {last:%Y}")
            expect(page.locator("#series svg")).to_be_attached()


def test_a_word_is_searched_in_all_tweets_of_a_brand(
    week: WholeStack, rows: list[dict[str, str]], page: Page
) -> None:
    for airline in airlines(rows):
        own = [row["text"] for row in rows if row["airline"] == airline]
        wanted = sum(WORD in text.lower() for text in own)
        page.goto(f"{week.api.url}/brands/{airline}")
        page.get_by_placeholder("Search in text and author").fill(WORD)
        expect(page.locator("#brandtweets li")).to_have_count(min(wanted, 50))


def test_an_alert_leads_to_the_hour_in_which_it_was_and_says_why(
    week: WholeStack, page: Page
) -> None:
    alerts = get(week, "/alerts")["alerts"]
    for alert in alerts:
        print(*(alert[name] for name in ("brand", "kind", "state", "opened_at")))
    for alert in alerts[:3]:
        page.goto(f"{week.api.url}/brands/{alert['brand']}?alert={alert['id']}")
        card = page.locator(f'#past-alerts [data-id="{alert["id"]}"]')
        expect(card.locator(".words li").first).to_be_visible()
        expect(card.locator(".samples li").first).to_be_visible()
        opened = datetime.fromisoformat(alert["opened_at"])
        expect(page.locator("#series-range")).to_contain_text(f"{opened.day} {opened:%b}")
    assert alerts


def at(row: dict[str, str]) -> datetime:
    return datetime.strptime(row["created_at"], "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)
