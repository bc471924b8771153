"""The page in a real browser while a real worker cannot read the mentions: unknown, never calm."""

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self
from uuid import uuid4

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from playwright.sync_api import Browser, expect

from sentiment.topics import MENTIONS, TWEETS
from stream.settings import StreamSettings
from tests.api.api_process import ApiProcess, Installation, run
from tests.chaos.fleet import Fleet
from tests.live.conftest import wait_ready
from trainer.registry.register import Versions

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]

BLIND_SECONDS = float(os.environ.get("HELD_BLIND_SECONDS", "4"))
HELD_SECONDS = float(os.environ.get("HELD_SECONDS", "0"))
"""How long the mentions are held after the page has said so."""


class Held:
    """A transaction that somebody leaves open on every partition of mentions: until it ends, no
    reader of committed records, as the worker is one, sees what comes after it."""

    def __init__(self, settings: StreamSettings) -> None:
        self._settings = settings
        self._open, self._end = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._hold()))

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._open.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    async def _hold(self) -> None:
        async with AIOKafkaProducer(
            **self._settings.kafka_client, transactional_id=uuid4().hex,
            transaction_timeout_ms=600_000,
        ) as producer:  # fmt: skip
            await producer.begin_transaction()
            for partition in range(self._settings.partitions):
                topic = self._settings.topic(MENTIONS)
                await producer.send_and_wait(topic, b"not yet", partition=partition)
            self._open.set()
            await asyncio.to_thread(self._end.wait)
            await producer.abort_transaction()


@pytest.fixture
def api(
    settings: StreamSettings,
    versions: Versions,
    new_version: Callable[[float], str],
    fleet: Fleet,
    tmp_path: Path,
) -> Iterator[ApiProcess]:
    versions.point(new_version(0.0))
    folder = tmp_path / "api"
    folder.mkdir()
    place = Installation(
        folder, settings.kafka_brokers, settings.mlflow_tracking_uri, settings.topic_prefix
    )
    variables = {
        **fleet.environment,
        "BADBUZZ_API_BLIND_SECONDS": str(BLIND_SECONDS),
        "BADBUZZ_API_QUIET_SECONDS": "3600",
    }
    with ApiProcess(place, **variables) as process:
        yield process


def tweet(settings: StreamSettings) -> None:
    """A tweet about a brand, on each partition."""

    async def send() -> None:
        async with AIOKafkaProducer(**settings.kafka_client) as producer:
            for partition in range(settings.partitions):
                value = orjson.dumps({"id": uuid4().hex, "text": "late again", "brand": "united"})
                await producer.send_and_wait(settings.topic(TWEETS), value, partition=partition)

    run(send())


def test_mentions_that_the_worker_cannot_read_make_it_unknown_and_never_calm(
    settings: StreamSettings, fleet: Fleet, api: ApiProcess, request: pytest.FixtureRequest
) -> None:
    wait_ready(fleet.start())
    tweet(settings)
    # Last of all: Playwright's loop runs in this thread, and other fixtures run one, too.
    opened: Browser = request.getfixturevalue("browser")
    page = opened.new_context().new_page()
    page.goto(api.url)
    expect(page.locator("#alerts-note")).to_have_text("all calm", timeout=60_000)
    with Held(settings):
        tweet(settings)
        expect(page.locator("#alerts-note")).to_contain_text("unknown", timeout=120_000)
        expect(page.locator("#blind")).to_contain_text("mentions wait to be watched for a buzz")
        page.wait_for_timeout(HELD_SECONDS * 1_000)
        expect(page.locator("#alerts-note")).to_contain_text("unknown")
        shown = page.locator("body").inner_text().replace("mean that all is calm", "")
        assert "calm" not in shown
    expect(page.locator("#alerts-note")).to_have_text("all calm", timeout=60_000)
