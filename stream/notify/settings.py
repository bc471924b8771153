"""Where alerts are sent, and how."""

from typing import Annotated, Literal

from pydantic import Field, HttpUrl, Secret, SecretStr, field_validator
from pydantic_settings import NoDecode

from sentiment.alerts import AlertKind
from sentiment.settings import Settings
from stream.notify.texts import Language


class NotifySettings(Settings):
    """What `badbuzz notify` needs to know beyond what all parts share.

    Nothing is sent unless `webhook_url`, `smtp_host` or `apprise_urls` is set.
    """

    group: str = "badbuzz"
    "The installation's consumer group; those of the channels are named after it."
    notify_kinds: Annotated[frozenset[AlertKind], NoDecode] = frozenset[AlertKind](
        {"negative", "storm"}
    )
    "Kinds of alerts that are sent, separated by commas: `negative`, `storm`, `volume`."
    notify_language: Language = "en"
    "Language of mails and chat messages: `en` or `fr`; the webhook's JSON is the same in both."
    notify_seconds: float = Field(10.0, gt=0)
    "How long one try to send an alert may take."
    notify_refused_seconds: float = Field(300.0, ge=0)
    "How long to retry a refused alert; one that cannot be delivered at all is retried without end."
    notify_host: str = "127.0.0.1"
    "Where /metrics listens."
    notify_port: int = Field(6067, ge=0, le=65_535)
    "Its port; 0: none."

    webhook_url: Secret[HttpUrl] | None = None
    "Alerts are sent there by POST, as JSON; empty: no webhook. It may hold a token: never logged."
    webhook_format: Literal["badbuzz", "slack", "teams", "discord", "mattermost", "text"] = (
        "badbuzz"
    )
    "What the webhook takes: the signed alert, a chat's message, or `text` for other chats."
    webhook_secret: SecretStr | None = None
    "Signs each alert: `whsec_` and 24 to 64 random bytes in base64; chats need none."

    apprise_urls: SecretStr = SecretStr("")
    "Addresses of other services for Apprise, separated by spaces; they hold secrets: never logged."

    smtp_host: str | None = None
    "The mail server that takes alerts; empty: no e-mail."
    smtp_port: int = Field(587, ge=1, le=65_535)
    "Its port."
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    "Encrypted after a greeting (port 587), from the first byte on (port 465), or not at all."
    smtp_username: str | None = None
    "The user name at the mail server; empty: it asks for none."
    smtp_password: SecretStr | None = None
    "The password there; it is sent only over an encrypted connection, or to this machine."
    email_from: str | None = None
    "The sender's address."
    email_to: Annotated[tuple[str, ...], NoDecode] = ()
    "The addresses that get the alerts, separated by commas."

    @field_validator("notify_kinds", "email_to", mode="before")
    @classmethod
    def _separated(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value
