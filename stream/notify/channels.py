"""The channels that the settings ask for."""

from sentiment.errors import SettingsError
from stream.notify.apprise_service import apprise_services
from stream.notify.channel import Channel
from stream.notify.mail import Mail
from stream.notify.settings import NotifySettings
from stream.notify.webhook import Webhook


def open_channels(settings: NotifySettings) -> list[Channel]:
    """Each channel that is set, ready to send.

    Raises:
        SettingsError: no channel is set, or one is incomplete.
    """
    channels: list[Channel] = []
    if settings.webhook_url is not None:
        channels.append(Webhook(settings))
    if settings.smtp_host is not None:
        channels.append(Mail(settings))
    channels += apprise_services(settings)
    if not channels:
        raise SettingsError(
            "alerts are sent nowhere: set BADBUZZ_WEBHOOK_URL, BADBUZZ_SMTP_HOST with "
            "BADBUZZ_EMAIL_FROM and BADBUZZ_EMAIL_TO, or BADBUZZ_APPRISE_URLS. See docs/alerts.md."
        )
    return channels
