"""Alerts through Apprise, against a real receiver; addresses stay out of logs and errors."""

import json
import logging
import sys

import pytest

from sentiment.errors import SettingsError
from stream.notify.apprise_service import apprise_services
from stream.notify.channel import UnreachedError
from stream.notify.channels import open_channels
from stream.notify.settings import NotifySettings
from tests.stream.notify.made_up import made_up, notification
from tests.stream.notify.receivers import WebhookReceiver

TOKEN = "token-that-nobody-may-read"


def settings(*urls: str) -> NotifySettings:
    return NotifySettings(apprise_urls=" ".join(urls))


def address(receiver: WebhookReceiver) -> str:
    return f"json://user:{TOKEN}@127.0.0.1:{receiver.port}/{TOKEN}"


async def test_a_service_gets_title_cause_samples_and_link() -> None:
    with WebhookReceiver() as receiver:
        (channel,) = apprise_services(settings(address(receiver)))
        await channel.send(notification(made_up()))
        await channel.close()
    (call,) = receiver.calls
    message = json.loads(call.body)
    assert message["title"] == "acme: bad buzz (62% negative, normally 30%)"
    assert message["type"] == "warning"
    for part in ("cause: tarmac, #stuck", "three hours on the tarmac", "/brands/acme?alert=1"):
        assert part in message["message"]


async def test_a_service_that_is_down_is_asked_again_and_no_secret_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    with WebhookReceiver(lambda _: (500, {})) as receiver:
        (channel,) = apprise_services(settings(address(receiver)))
        with pytest.raises(UnreachedError) as error:
            await channel.send(notification(made_up()))
    with pytest.raises(UnreachedError):
        await channel.send(notification(made_up()))
    assert TOKEN not in str(error.value)
    assert TOKEN not in caplog.text
    assert TOKEN not in channel.name
    assert TOKEN not in repr(settings(address(receiver)))


def test_each_address_is_a_channel_of_its_own_whose_name_stays() -> None:
    one, two = "ntfy://host/topic", "json://host/path"
    names = [channel.name for channel in open_channels(settings(one, two, one))]
    assert [name.rpartition("-")[0] for name in names] == ["apprise-ntfy", "apprise-json"]
    assert [channel.name for channel in apprise_services(settings(two))] == names[1:]


def test_an_address_that_is_none_is_refused_and_not_shown() -> None:
    with pytest.raises(SettingsError, match="address 2: Apprise cannot read it") as error:
        apprise_services(settings("json://host", f"nosuch://{TOKEN}"))
    assert TOKEN not in str(error.value)


def test_without_the_package_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(SettingsError, match=r"pip install 'badbuzz\[apprise\]'"):
        apprise_services(settings("json://host"))
