"""`badbuzz notify` as a process: a real broker, a real receiver, a real mail server."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from infra.local.ports import free_port
from stream.settings import StreamSettings
from tests.live.conftest import wait_until
from tests.live.notifying import Notifying, publish
from tests.stream.notify.made_up import SECRET, made_up, notification
from tests.stream.notify.receivers import Call, MailServer, WebhookReceiver

pytestmark = pytest.mark.live

Answer = tuple[int, dict[str, str]]
STORY = [
    made_up(brand, state, after=after)
    for state, after in (("open", 0), ("worse", 4), ("worse", 9), ("closed", 45))
    for brand in ("acme", "zeta", "blue", "red")
]


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_killed_amid_a_call_it_loses_no_alert_keeps_the_order_and_repeats_under_the_same_key(
    settings: StreamSettings, tmp_path: Path, closing: ExitStack
) -> None:
    hanging, over = threading.Event(), threading.Event()
    closing.callback(over.set)

    def answer(call: Call) -> Answer:
        if len(receiver.calls) > 5 and call is receiver.calls[5]:  # others come beside it
            hanging.set()
        if hanging.is_set():
            over.wait(30)
        return 204, {}

    receiver = closing.enter_context(WebhookReceiver(answer))
    notifying = Notifying(
        settings, tmp_path, BADBUZZ_WEBHOOK_URL=receiver.url, BADBUZZ_WEBHOOK_SECRET=SECRET
    )
    closing.callback(notifying.fleet.stop)
    publish(settings, made_up("past"))
    first = notifying.start("webhook")
    publish(settings, *STORY[:10])
    assert hanging.wait(60)
    notifying.fleet.kill(first)
    publish(settings, *STORY[10:])
    before = len(receiver.calls)
    hanging.clear()
    over.set()
    second = notifying.start()
    wait_until(lambda: notifying.lag("webhook") == 0, 60, second.log.read_text())

    keys = [call.key for call in receiver.calls]
    assert set(keys) == {notification(alert).key for alert in STORY}
    repeated = {key for key in keys if keys.count(key) > 1}
    assert repeated, "an alert whose call the kill cut off is sent again"
    assert keys[5] in repeated
    assert len(set(keys[:before])) == before, "before the kill nothing is sent twice"
    for brand in {alert.brand for alert in STORY}:
        seen = [call.key for call in receiver.calls if call.alert["brand"] == brand]
        assert list(dict.fromkeys(seen)) == [
            notification(alert).key for alert in STORY if alert.brand == brand
        ]


def test_a_webhook_that_is_down_holds_up_no_mail_and_gets_its_alerts_when_it_is_back(
    settings: StreamSettings, tmp_path: Path, closing: ExitStack
) -> None:
    away = WebhookReceiver(port=free_port())
    server = closing.enter_context(MailServer())
    notifying = Notifying(
        settings,
        tmp_path,
        BADBUZZ_WEBHOOK_URL=away.url,
        BADBUZZ_WEBHOOK_SECRET=SECRET,
        BADBUZZ_SMTP_HOST="127.0.0.1",
        BADBUZZ_SMTP_PORT=str(server.port),
        BADBUZZ_SMTP_SECURITY="none",
        BADBUZZ_EMAIL_FROM="badbuzz@example.org",
        BADBUZZ_EMAIL_TO="team@example.org",
    )
    closing.callback(notifying.fleet.stop)
    worker = notifying.start("webhook", "email")
    publish(settings, *STORY)
    wait_until(lambda: len(server.letters) == len(STORY), 60, worker.log.read_text())
    wait_until(lambda: notifying.lag("email") == 0, 60, "the mails' offsets are committed")
    assert notifying.lag("webhook") > 0
    waiting = "badbuzz_notification_waiting_seconds"
    wait_until(lambda: notifying.metric(waiting, channel="webhook") > 0, 60, "it is seen to wait")
    wait_until(lambda: notifying.metric(waiting, channel="email") == 0, 60, "no mail waits")
    with away:
        wait_until(lambda: notifying.lag("webhook") == 0, 60, worker.log.read_text())
    assert [call.key for call in away.calls if call.alert["brand"] == "acme"] == [
        notification(alert).key for alert in STORY if alert.brand == "acme"
    ]
    said = worker.log.read_text()
    assert "not taken (ConnectError" in said
    assert SECRET not in said
    assert "of-the-url" not in said


def test_what_is_refused_for_good_is_given_up_loudly_and_what_is_not_asked_for_is_not_sent(
    settings: StreamSettings, tmp_path: Path, closing: ExitStack
) -> None:
    def answer(call: Call) -> Answer:
        return (422 if call.alert["brand"] == "acme" else 204), {}

    receiver = closing.enter_context(WebhookReceiver(answer))
    notifying = Notifying(
        settings,
        tmp_path,
        BADBUZZ_WEBHOOK_URL=receiver.url,
        BADBUZZ_WEBHOOK_SECRET=SECRET,
        BADBUZZ_NOTIFY_REFUSED_SECONDS="1",
    )
    closing.callback(notifying.fleet.stop)
    worker = notifying.start("webhook")
    publish(settings, made_up("acme"), b"no alert", made_up("zeta", kind="volume"), made_up("zeta"))
    wait_until(lambda: notifying.lag("webhook") == 0, 60, worker.log.read_text())
    calls = [call.alert["brand"] for call in receiver.calls]
    assert calls.count("zeta") == 1, "only the negative one"
    assert calls.count("acme") > 1
    refused = [line for line in worker.log.read_text().splitlines() if "GIVEN UP" in line]
    assert len(refused) == 1
    assert " ERROR " in refused[0]
    for outcome in ("refused", "unreadable", "delivered"):
        total = "badbuzz_notifications_total"
        assert notifying.metric(total, channel="webhook", outcome=outcome) == 1
    notifying.fleet.leave(worker)
