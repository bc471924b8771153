"""The channels that the settings ask for."""

from sentiment.errors import SettingsError
from stream.notify.channel import Channel
from stream.notify.mail import Mail
from stream.notify.settings import NotifySettings
from stream.notify.webhook import Webhook


def open_channels(settings: NotifySettings) -> list[Channel]:
    """Each channel that is set, ready to send.

    Raises:
        SettingsError: there is none, or one lacks something.
    """
    channels: list[Channel] = []
    if settings.webhook_url is not None:
        channels.append(Webhook(settings))
    if settings.smtp_host is not None:
        channels.append(Mail(settings))
    if not channels:
        raise SettingsError(
            "alerts are sent nowhere: set BADBUZZ_WEBHOOK_URL, or BADBUZZ_SMTP_HOST with "
            "BADBUZZ_EMAIL_FROM and BADBUZZ_EMAIL_TO. See docs/alerts.md."
        )
    return channels
