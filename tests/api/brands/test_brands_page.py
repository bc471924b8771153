"""A person without a command line adds a brand on the page and sees its first mention there."""

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from sentiment.messages import Tweet
from tests.api.api_process import ApiProcess, Installation, wait_for
from tests.chaos.fleet import Fleet, Worker, badbuzz_command

pytestmark = [pytest.mark.live, pytest.mark.browser]

WITHIN_MS = 10_000


@pytest.fixture
def worker(installation: Installation, tmp_path: Path) -> Iterator[Worker]:
    """A worker of the installation that the page belongs to."""
    environment = {
        **installation.environment,
        "BADBUZZ_GROUP": installation.prefix,
        "BADBUZZ_SESSION_SECONDS": "6",
        "BADBUZZ_SCORER_THREADS": "1",
    }
    fleet = Fleet(badbuzz_command(), environment, tmp_path)
    started = fleet.start()
    wait_for(lambda: is_ready(started), 120, "the worker is ready")
    yield started
    fleet.stop()


def is_ready(worker: Worker) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{worker.port}/ready").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def page(browser: Browser, api: ApiProcess) -> Iterator[Page]:
    """The page, live; the test fails when its scripts do."""
    context = browser.new_context(locale="en-GB")
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(api.url)
    expect(opened.locator("#status")).to_have_text("Live", timeout=60_000)
    yield opened
    context.close()
    assert faults == []


def test_a_brand_that_is_kept_cannot_be_removed_by_the_next_click(
    page: Page, installation: Installation
) -> None:
    name = f"kept {uuid4().hex[:6]}"
    page.get_by_label("Brand", exact=True).fill(name)
    page.get_by_role("button", name="Add the brand").click()
    row = page.locator("#watched-list li").filter(has_text=name)
    row.get_by_role("button", name=f"Remove {name}").click()
    page.route("**/brands?*", lambda route: None)  # the server takes its time
    row.get_by_role("button", name=f"Keep {name}").click()
    assert row.get_by_text("Yes, remove").count() == 0
    page.unroute("**/brands?*")
    row.get_by_role("button", name=f"Remove {name}").click()
    row.get_by_text("Yes, remove").click()
    expect(row).to_have_count(0)


def test_a_brand_is_added_with_the_keyboard_mentioned_within_ten_seconds_and_removed(
    page: Page, installation: Installation, worker: Worker
) -> None:
    name = f"<b>Café</b> {uuid4().hex[:6]}"
    page.get_by_label("Brand", exact=True).focus()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(f"@{name[-6:]}")
    page.keyboard.press("Tab")
    page.keyboard.type(f"cafe {name[-6:]}, other")
    page.keyboard.press("Enter")
    expect(page.locator("#watched-note")).to_contain_text(f"{name} is watched", timeout=WITHIN_MS)
    row = page.locator("#watched-list li").filter(has_text=name)
    expect(row.locator(".chip")).to_have_text([f"@{name[-6:]}", f"cafe {name[-6:]}", "other"])
    assert page.locator("#watched b").count() == 0, "a name is shown as text"

    text = f"CAFÉ {name[-6:]} is late"
    started = time.monotonic()
    installation.publish("tweets", ("k", Tweet(id=name[-6:], text=text)))
    mentioned = page.locator("#brands tr").filter(has_text=name)
    expect(mentioned).to_have_count(1, timeout=WITHIN_MS)
    print(f"mentioned on the page {time.monotonic() - started:.1f} s after the tweet")

    page.get_by_label("Which brands does a text mention?").fill(text)
    page.get_by_role("button", name="Find brands").click()
    expect(page.locator("#watched-found")).to_have_text(f"It mentions {name}.")
    row.get_by_role("button", name=f"Remove {name}").click()
    row.get_by_role("button", name=f"Keep {name}").click()
    row.get_by_role("button", name=f"Remove {name}").click()
    row.get_by_text("Yes, remove").click()
    expect(row).to_have_count(0)
    expect(page.locator("#watched-note")).to_have_text(f"{name} is no longer watched.")
