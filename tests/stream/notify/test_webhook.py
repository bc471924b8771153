"""The webhook, against a real receiver."""

import base64
import hmac
from collections.abc import Callable

import pytest

from sentiment.errors import SettingsError
from stream.notify.channel import RefusedError, UnreachedError
from stream.notify.settings import NotifySettings
from stream.notify.webhook import Webhook, sign
from tests.stream.notify.made_up import SECRET, made_up, notification
from tests.stream.notify.receivers import Call, WebhookReceiver


def webhook(receiver: WebhookReceiver, **more: float) -> Webhook:
    return Webhook(NotifySettings(webhook_url=receiver.url, webhook_secret=SECRET, **more))


def test_a_signature_is_that_of_standard_webhooks() -> None:
    # The vector of the specification's own libraries.
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    body = b'{"test": 2432232314}'
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == expected


async def test_a_receiver_gets_the_alert_as_json_and_can_prove_who_sent_it() -> None:
    sent = notification(made_up("acme"))
    with WebhookReceiver() as receiver:
        channel = webhook(receiver)
        await channel.send(sent)
        await channel.close()
    (call,) = receiver.calls
    assert call.body == sent.body
    assert call.headers["content-type"] == "application/json"
    assert call.headers["webhook-id"] == call.key == sent.key
    signed = f"{call.key}.{call.headers['webhook-timestamp']}.".encode() + call.body
    secret = base64.b64decode(SECRET.removeprefix("whsec_"))
    made = base64.b64encode(hmac.new(secret, signed, "sha256").digest()).decode()
    assert call.headers["webhook-signature"] == f"v1,{made}"


def test_each_state_of_an_alert_has_a_key_of_its_own_and_each_try_the_same() -> None:
    states = [
        made_up("acme"),
        made_up("acme", "worse", after=3),
        made_up("acme", "worse", after=9),
        made_up("acme", "closed", after=40),
        made_up("zeta"),
    ]
    keys = [notification(alert).key for alert in states]
    assert len(set(keys)) == len(keys)
    assert keys == [notification(alert).key for alert in states]
    assert all(key.startswith(alert.id) for key, alert in zip(keys, states, strict=True))


@pytest.mark.parametrize("status", [200, 201, 204])
async def test_an_answer_in_the_two_hundreds_is_taken(status: int) -> None:
    with WebhookReceiver(lambda _: (status, {})) as receiver:
        await webhook(receiver).send(notification(made_up()))


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503])
async def test_a_receiver_that_is_down_or_busy_is_to_be_asked_again(status: int) -> None:
    with (
        WebhookReceiver(lambda _: (status, {})) as receiver,
        pytest.raises(UnreachedError, match=f"HTTP {status}"),
    ):
        await webhook(receiver).send(notification(made_up()))


@pytest.mark.parametrize(("asked", "wait"), [("7", 7), ("86400", 300), ("soon", 0)])
async def test_a_receiver_says_when_it_wants_to_be_asked_again(asked: str, wait: float) -> None:
    with (
        WebhookReceiver(lambda _: (429, {"retry-after": asked})) as receiver,
        pytest.raises(UnreachedError) as error,
    ):
        await webhook(receiver).send(notification(made_up()))
    assert error.value.wait == wait


@pytest.mark.parametrize("status", [302, 400, 401, 404, 410, 413])
async def test_other_answers_are_refusals_and_no_redirection_is_followed(status: int) -> None:
    place = {"location": "/elsewhere"} if status == 302 else {}
    with (
        WebhookReceiver(lambda _: (status, place)) as receiver,
        pytest.raises(RefusedError, match=f"HTTP {status}"),
    ):
        await webhook(receiver).send(notification(made_up()))
    assert len(receiver.calls) == 1


async def test_a_receiver_that_never_answers_is_left_in_time(hold: Callable[[Call], None]) -> None:
    def answer(call: Call) -> tuple[int, dict[str, str]]:
        hold(call)
        return 204, {}

    with WebhookReceiver(answer) as receiver, pytest.raises(UnreachedError, match="Timeout"):
        await webhook(receiver, notify_seconds=0.3).send(notification(made_up()))


async def test_nobody_at_the_address_is_to_be_asked_again() -> None:
    with WebhookReceiver() as receiver:
        channel = webhook(receiver)
    with pytest.raises(UnreachedError, match="ConnectError"):
        await channel.send(notification(made_up()))


@pytest.mark.parametrize("secret", [None, "", "password", "whsec_c2hvcnQ=", "whsec_!!"])
def test_a_secret_that_is_no_key_is_refused_and_not_shown(secret: str | None) -> None:
    settings = NotifySettings(webhook_url="https://example.org/x", webhook_secret=secret)
    with pytest.raises(SettingsError, match="BADBUZZ_WEBHOOK_SECRET") as error:
        Webhook(settings)
    assert not secret or secret not in str(error.value)
