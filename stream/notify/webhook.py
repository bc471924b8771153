"""Alerts by HTTP: signed as Standard Webhooks 1.0 says (standardwebhooks.com), or to a chat."""

import asyncio
import base64
import binascii
import hmac
import json
import time

import httpx

from sentiment.errors import SettingsError
from stream.notify.channel import RefusedError, UnreachedError
from stream.notify.chat import FORMATS
from stream.notify.notification import Notification
from stream.notify.settings import NotifySettings
from stream.notify.summary import summarise
from stream.notify.texts import texts_in

_PREFIX = "whsec_"
_LATER = frozenset({408, 425, 429})
"""Answers in the four hundreds by which a receiver asks to be tried again."""
_LONGEST_WAIT_SECONDS = 300.0


class Webhook:
    """Sends each alert by POST: the record of `buzz.alerts`, or the message of a chat.

    Only the record is signed: chats check no signature, their address is the secret. A call that
    gets an answer in the two hundreds is done. Redirections are not followed: neither signature
    nor secret address was made for other places.

    Raises:
        SettingsError: the secret is missing or no key.
    """

    name = "webhook"

    def __init__(self, settings: NotifySettings) -> None:
        if settings.webhook_url is None:
            raise SettingsError("BADBUZZ_WEBHOOK_URL is not set.")
        self._url = str(settings.webhook_url.get_secret_value())
        self._chat = FORMATS.get(settings.webhook_format)
        self._secret = b"" if self._chat else _key(settings)
        self._texts = texts_in(settings.notify_language)
        self._seconds = settings.notify_seconds
        self._client = httpx.AsyncClient(timeout=settings.notify_seconds)

    async def send(self, notification: Notification) -> None:
        content, headers = self._call(notification)
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._client.stream("POST", self._url, content=content, headers=headers) as answer,
            ):
                _judge(answer)
        except (httpx.HTTPError, TimeoutError) as error:
            raise UnreachedError(f"{type(error).__name__}: {error}") from None

    async def close(self) -> None:
        await self._client.aclose()

    def _call(self, notification: Notification) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a call."""
        if self._chat is None:
            return notification.body, self._signed(notification, int(time.time()))
        message = self._chat(summarise(notification.alert, self._texts))
        headers = {"content-type": "application/json", "user-agent": "badbuzz"}
        return json.dumps(message).encode(), headers

    def _signed(self, notification: Notification, now: int) -> dict[str, str]:
        key = notification.key
        signature = sign(self._secret, key, now, notification.body)
        return {
            "content-type": "application/json",
            "user-agent": "badbuzz",
            "idempotency-key": key,
            "webhook-id": key,
            "webhook-timestamp": str(now),
            "webhook-signature": signature,
        }


def sign(secret: bytes, key: str, timestamp: int, body: bytes) -> str:
    """The signature: HMAC-SHA256 over key, time and body, in base64, after its version."""
    signed = f"{key}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()


def _key(settings: NotifySettings) -> bytes:
    given = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
    try:
        key = base64.b64decode(given.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not given.startswith(_PREFIX) or not 24 <= len(key) <= 64:
        raise SettingsError(
            "BADBUZZ_WEBHOOK_SECRET: expected `whsec_` and 24 to 64 random bytes in base64, got "
            f"{'something else' if given else 'nothing'}. Make one with "
            "`echo whsec_$(openssl rand -base64 32)` and give it to the receiver too."
        )
    return key


def _judge(answer: httpx.Response) -> None:
    status = answer.status_code
    if answer.is_success:
        return
    if status in _LATER or status >= 500:
        raise UnreachedError(f"HTTP {status}", _asked_wait(answer))
    raise RefusedError(f"HTTP {status}")


def _asked_wait(answer: httpx.Response) -> float:
    asked = answer.headers.get("retry-after", "")
    return min(float(asked), _LONGEST_WAIT_SECONDS) if asked.isdecimal() else 0.0
