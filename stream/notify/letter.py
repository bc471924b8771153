"""The letter that tells of an alert."""

from collections.abc import Iterable, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from sentiment.alerts import BuzzAlert
from stream.notify.notification import Notification

_SUBJECT_CHARS = 150


def letter(notification: Notification, sender: str, readers: Sequence[str]) -> EmailMessage:
    """The letter; those of one alert refer to its first, so that they are shown together."""
    alert = notification.alert
    domain = sender.rpartition("@")[2]
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"] = sender, ", ".join(readers)
    made["Subject"] = subject(alert)
    made["Date"] = format_datetime(alert.at)
    made["Message-ID"] = f"<{notification.key}@{domain}>"
    if notification.key != notification.first_key:
        first = f"<{notification.first_key}@{domain}>"
        made["In-Reply-To"] = made["References"] = first
    made["Auto-Submitted"] = "auto-generated"
    made.set_content("\n".join(_lines(alert)))
    return made


def subject(alert: BuzzAlert) -> str:
    """The alert in one line."""
    what = {"negative": "bad buzz", "volume": "many mentions"}[alert.kind]
    how = {"open": "", "worse": " grows", "closed": " is over"}[alert.state]
    return f"{_one_line(alert.brand)[:_SUBJECT_CHARS]}: {what}{how} ({_figures(alert)})"


def _figures(alert: BuzzAlert) -> str:
    if alert.share is None:
        return f"{alert.volume.now:.0f} mentions, normally {alert.volume.expected:.0f}"
    return f"{alert.share.now:.0%} negative, normally {alert.share.expected:.0%}"


def _lines(alert: BuzzAlert) -> Iterable[str]:
    start, end = alert.window_start, alert.window_end
    yield f"{_one_line(alert.brand)}, {start:%d %B %Y}, {start:%H:%M} to {end:%H:%M} UTC:"
    yield ""
    if alert.share is not None:
        yield f"- negative mentions: {alert.share.now:.0%}, normally {alert.share.expected:.0%}"
    yield f"- mentions: {alert.volume.now:.0f}, normally {alert.volume.expected:.0f}"
    if alert.odds is not None:
        yield f"- odds of a negative one: {alert.odds:.1f} times the normal"
    if alert.copies:
        yield f"- exact copies, counted once: {alert.copies}"
    if alert.words:
        yield ""
        yield "What sets them apart: " + ", ".join(_one_line(word.word) for word in alert.words)
    if alert.samples:
        yield ""
        yield from (f"  > {_one_line(sample.text)}" for sample in alert.samples)
    yield ""
    if alert.url:
        yield alert.url
    yield f"Alert {alert.id}, opened at {alert.opened_at:%d %B %Y %H:%M} UTC."


def _one_line(text: str) -> str:
    """Spaces for all that breaks lines: a brand or a tweet must not write headers."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
