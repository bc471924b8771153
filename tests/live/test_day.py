"""The brand team's day: a brand, a crisis, a message, its link, the card, and a restart of all."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from infra.local.kafka import LocalKafka
from infra.local.ports import free_port
from tests.api.api_process import wait_for
from tests.artefacts import make_artefact
from tests.live.burst import story
from tests.live.notifying import publish
from tests.live.whole_stack import WholeStack, aside
from tests.stream.notify.made_up import made_up
from tests.stream.notify.receivers import WebhookReceiver

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(400)]

MENTIONED_WITHIN_MS = 10_000

expect.set_options(timeout=60_000)


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as made:
        yield made


@pytest.fixture
def stack(receiver: WebhookReceiver, tmp_path: Path) -> Iterator[WholeStack]:
    slack = {"BADBUZZ_WEBHOOK_URL": receiver.url, "BADBUZZ_WEBHOOK_FORMAT": "slack"}
    with LocalKafka(tmp_path / "broker", free_port()) as kafka, ExitStack() as closing:
        made = WholeStack(tmp_path, kafka, make_artefact(tmp_path / "made"), slack)
        closing.callback(made.stop)
        made.start()
        yield made


def test_from_a_brand_to_the_acknowledgement_that_a_restart_of_everything_keeps(
    browser: Browser, stack: WholeStack, receiver: WebhookReceiver
) -> None:
    page = browser.new_page(locale="en-GB")
    quiet, crisis, *_ = story()
    add_on_the_page(page, stack.api.url)
    stack.send([first_tweet(quiet)], b"acme")
    page.goto(f"{stack.api.url}/brands/acme")
    first = page.locator("#brandtweets").get_by_text("My first flight with acme")
    expect(first).to_be_visible(timeout=MENTIONED_WITHIN_MS)

    stack.send(quiet, b"acme")
    stack.send(crisis, b"acme")
    wait_for(lambda: receiver.calls, 60, "the alert reaches the receiver")
    link = link_in_slack(receiver.calls[0].alert)
    assert urlsplit(link).path == "/brands/acme"
    page.goto(link)
    expect(asked(page)).to_contain_text("complaints")
    expect(asked(page)).to_contain_text("tarmac")
    asked(page).get_by_role("button", name="I take care of it").click()
    page.get_by_text("Mute notifications").click()
    page.get_by_role("button", name="1 hour").click()
    expect_kept(page)

    stack.restart()
    page.goto(link)
    expect_kept(page)
    page.goto(stack.api.url)
    expect(page.locator("#watched-list li").filter(has_text="acme")).to_have_count(1)

    before = len(receiver.calls)
    aside(publish, stack.settings, made_up("acme", "open"))
    labels = {"channel": "webhook", "outcome": "muted"}
    sent = "badbuzz_notifications_total"
    assert stack.notifying
    wait_for(lambda: stack.notifying.metric(sent, **labels), 60, "what is muted is not sent")
    assert len(receiver.calls) == before


def add_on_the_page(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_label("Brand", exact=True).fill("acme")
    page.keyboard.press("Enter")
    expect(page.locator("#watched-note")).to_contain_text("acme is watched")


def first_tweet(quiet: list[bytes]) -> bytes:
    """Names the brand in its text alone, before all others."""
    at = orjson.loads(quiet[0])["created_at"]
    return orjson.dumps({"id": "first", "text": "My first flight with acme", "created_at": at})


def link_in_slack(message: dict[str, object]) -> str:
    """Where the button of a Slack message leads."""
    found = re.search(r"<(http[^|>]+)\|", json.dumps(message, ensure_ascii=False))
    assert found
    return found[1].replace("&amp;", "&")


def asked(page: Page) -> Locator:
    """The alert that the link named."""
    return page.locator("#past-alerts .asked")


def expect_kept(page: Page) -> None:
    """Everybody sees who takes care of the alert, and that the brand is muted."""
    expect(asked(page)).to_contain_text("takes care of it")
    expect(page.locator("#mute")).to_contain_text("Muted until")
