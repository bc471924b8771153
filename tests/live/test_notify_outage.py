"""`badbuzz notify` while its broker is dead."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.kafka import LocalKafka
from infra.local.ports import free_port
from stream.settings import StreamSettings
from tests.live.conftest import wait_until
from tests.live.notifying import Notifying, publish
from tests.stream.notify.made_up import SECRET, made_up, notification
from tests.stream.notify.receivers import WebhookReceiver

pytestmark = pytest.mark.live


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[LocalKafka]:
    """A broker of the test's own, which it may kill."""
    with LocalKafka(tmp_path / "kafka", free_port()) as broker:
        yield broker


def test_after_an_outage_of_kafka_it_goes_on_by_itself(
    settings: StreamSettings, kafka: LocalKafka, tmp_path: Path
) -> None:
    with WebhookReceiver() as receiver:
        notifying = Notifying(
            settings, tmp_path, BADBUZZ_WEBHOOK_URL=receiver.url, BADBUZZ_WEBHOOK_SECRET=SECRET
        )
        try:
            notifying.start("webhook")
            publish(settings, made_up("acme"))
            wait_until(lambda: len(receiver.calls) == 1, 60, "the first alert is sent")
            kafka.kill()
            kafka.start()
            publish(settings, made_up("zeta"), made_up("acme", "worse", after=3))
            wait_until(lambda: notifying.lag("webhook") == 0, 120, "the others are sent")
            notifying.fleet.check()
        finally:
            notifying.fleet.stop()
    assert {call.key for call in receiver.calls} == {
        notification(alert).key
        for alert in (made_up("acme"), made_up("zeta"), made_up("acme", "worse", after=3))
    }
