"""Alerts to any of the services that Apprise knows (https://appriseit.com), an optional extra.

Apprise is imported here alone, and only if an address for it is set. Its own log lines are switched
off: some of them hold addresses, and an address holds the service's secrets.
"""

import asyncio
import logging
from hashlib import sha256
from typing import Any

from sentiment.errors import SettingsError
from stream.notify.channel import UnreachedError
from stream.notify.chat import plain
from stream.notify.notification import Notification
from stream.notify.settings import NotifySettings
from stream.notify.summary import summarise
from stream.notify.texts import Texts, texts_in

_DIGEST_CHARS = 8


class AppriseService:
    """One service, a channel of its own, so that one that is down holds up no other.

    Apprise says whether a message was taken, not why it was not: it is tried again without end.

    Args:
        url: its address for Apprise, such as `ntfy://…` or `matrixs://…`.
        place: its place among the addresses, from 1 on, for messages.
        texts: the language of what is sent.

    Raises:
        SettingsError: Apprise is not installed, or cannot read the address.
    """

    def __init__(self, url: str, place: int, texts: Texts) -> None:
        self._texts = texts
        self._apprise = _imported()
        asset = self._apprise.AppriseAsset(app_id="badbuzz", app_desc="badbuzz", async_mode=False)
        service = self._apprise.Apprise.instantiate(url, asset=asset)
        if service is None:
            raise SettingsError(
                f"BADBUZZ_APPRISE_URLS, address {place}: Apprise cannot read it. Compare it with "
                "https://appriseit.com/services/; addresses are separated by spaces."
            )
        schema = url.partition("://")[0].lower()
        digest = sha256(url.encode()).hexdigest()[:_DIGEST_CHARS]
        self.name = f"apprise-{schema}-{digest}"
        self._sender = self._apprise.Apprise(asset=asset)
        self._sender.add(service)

    async def send(self, notification: Notification) -> None:
        """Try once."""
        if not await asyncio.to_thread(self._notify, notification):
            raise UnreachedError("Apprise: the service did not take it")

    async def close(self) -> None:
        """Each message has a connection of its own."""

    def _notify(self, notification: Notification) -> bool:
        summary = summarise(notification.alert, self._texts)
        kind = "success" if summary.state == "closed" else "warning"
        title, _, body = plain(summary).partition("\n")
        try:
            return bool(
                self._sender.notify(body=body, title=title, notify_type=kind, body_format="text")
            )
        except Exception as error:  # noqa: BLE001 - each of its 190 services raises its own
            # Its words may hold the address.
            raise UnreachedError(f"Apprise: {type(error).__name__}") from None


def apprise_services(settings: NotifySettings) -> list[AppriseService]:
    """A channel for each address of `BADBUZZ_APPRISE_URLS`.

    Raises:
        SettingsError: Apprise is not installed, or an address is none.
    """
    urls = settings.apprise_urls.get_secret_value().split()
    texts = texts_in(settings.notify_language)
    return [AppriseService(url, place, texts) for place, url in enumerate(dict.fromkeys(urls), 1)]


def _imported() -> Any:
    try:
        import apprise  # noqa: PLC0415 - an optional extra
    except ModuleNotFoundError:
        raise SettingsError(
            "BADBUZZ_APPRISE_URLS needs Apprise, which is not installed: "
            "pip install 'badbuzz[apprise]'."
        ) from None
    logging.getLogger("apprise").disabled = True
    return apprise
