"""Alerts by e-mail, over SMTP."""

import asyncio
import logging
import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage

from sentiment.errors import SettingsError
from stream.notify.channel import NotTakenError, RefusedError, UnreachedError
from stream.notify.letter import letter
from stream.notify.notification import Notification
from stream.notify.settings import NotifySettings
from stream.notify.texts import texts_in

log = logging.getLogger(__name__)

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class Mail:
    """Sends each alert to all addresses, in one letter.

    Its Message-ID is the notification's key, so that a letter that comes twice is known by it.

    Raises:
        SettingsError: an address or a part of the account is missing or wrong.
    """

    name = "email"

    def __init__(self, settings: NotifySettings) -> None:
        _check(settings)
        self._settings = settings
        self._texts = texts_in(settings.notify_language)

    async def send(self, notification: Notification) -> None:
        settings = self._settings
        made = letter(notification, settings.email_from or "", settings.email_to, self._texts)
        await asyncio.to_thread(self._hand_over, made)

    async def close(self) -> None:
        """Each letter has a connection of its own."""

    def _hand_over(self, made: EmailMessage) -> None:
        try:
            with self._connected() as server:
                refused = server.send_message(made)
        except OSError as error:  # smtplib raises OSError, too
            raise _fault(error) from None
        except ValueError as error:  # its text may repeat the letter
            raise RefusedError(f"{type(error).__name__}: it cannot be written as SMTP") from None
        if refused:
            log.error("E-mail: %d of the addresses were refused.", len(refused))

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        host, port, seconds = settings.smtp_host or "", settings.smtp_port, settings.notify_seconds
        server: smtplib.SMTP
        if settings.smtp_security == "tls":
            context = ssl.create_default_context()
            server = smtplib.SMTP_SSL(host, port, timeout=seconds, context=context)
        else:
            server = smtplib.SMTP(host, port, timeout=seconds)
        try:
            if settings.smtp_security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_username and settings.smtp_password:
                server.login(settings.smtp_username, settings.smtp_password.get_secret_value())
        except BaseException:
            server.close()
            raise
        return server


def _fault(error: OSError) -> NotTakenError:
    """What an error of SMTP means; codes from 500 on are final (RFC 5321, section 4.2.1)."""
    name = type(error).__name__
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({code for code, _ in error.recipients.values()})
        said = f"{name} {', '.join(map(str, codes))}"
        return RefusedError(said) if min(codes) >= 500 else UnreachedError(said)
    if isinstance(error, smtplib.SMTPResponseException):
        said = f"{name} {error.smtp_code}"
        return RefusedError(said) if error.smtp_code >= 500 else UnreachedError(said)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return RefusedError(f"{name}: {error}")
    return UnreachedError(f"{name}: {error}")


def _check(settings: NotifySettings) -> None:
    if not settings.email_from or not settings.email_to:
        raise SettingsError(
            "BADBUZZ_SMTP_HOST is set, but not who writes and who reads: set BADBUZZ_EMAIL_FROM "
            "and BADBUZZ_EMAIL_TO."
        )
    for address in (settings.email_from, *settings.email_to):
        try:
            whole = Address(addr_spec=address)
        except (ValueError, IndexError):
            whole = Address()
        if not whole.username or not whole.domain:
            raise SettingsError(
                "BADBUZZ_EMAIL_FROM, BADBUZZ_EMAIL_TO: expected addresses such as "
                f"team@example.org, got {address!r}."
            )
    if bool(settings.smtp_username) != bool(settings.smtp_password):
        raise SettingsError("set both BADBUZZ_SMTP_USERNAME and BADBUZZ_SMTP_PASSWORD, or neither.")
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
    for name, value in (("USERNAME", settings.smtp_username or ""), ("PASSWORD", password)):
        if not value.isascii():
            raise SettingsError(
                f"BADBUZZ_SMTP_{name}: expected ASCII characters alone, which is all that SMTP's "
                "sign-in takes here, got others; choose another one at the mail server."
            )
    if (
        settings.smtp_password
        and settings.smtp_security == "none"
        and (settings.smtp_host not in _HERE)
    ):
        raise SettingsError(
            "BADBUZZ_SMTP_SECURITY=none would send the password to another machine for all to "
            "read; take starttls or tls."
        )
