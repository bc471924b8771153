"""The letter that tells of an alert."""

from collections.abc import Iterable, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from sentiment.alerts import BuzzAlert, FalseAlarmBound
from stream.notify.notification import Notification
from stream.notify.summary import facts, one_line, title, when
from stream.notify.texts import Texts

_BRAND_CHARS = 150


def letter(
    notification: Notification, sender: str, readers: Sequence[str], texts: Texts
) -> EmailMessage:
    """The letter; those of one alert refer to its first, so that they are shown together."""
    alert = notification.alert
    domain = sender.rpartition("@")[2]
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"] = sender, ", ".join(readers)
    made["Subject"] = title(alert, _BRAND_CHARS, texts)
    made["Date"] = format_datetime(alert.at)
    made["Message-ID"] = f"<{notification.key}@{domain}>"
    if notification.key != notification.first_key:
        first = f"<{notification.first_key}@{domain}>"
        made["In-Reply-To"] = made["References"] = first
    made["Auto-Submitted"] = "auto-generated"
    made.set_content("\n".join(_lines(alert, texts)))
    return made


def _lines(alert: BuzzAlert, texts: Texts) -> Iterable[str]:
    yield texts.say("letter.head", brand=one_line(alert.brand), when=when(alert, texts))
    yield ""
    yield from (f"- {fact}" for fact in facts(alert, texts))
    if alert.odds is not None:
        yield "- " + texts.say("letter.odds", times=texts.tenths(alert.odds))
    if alert.copies:
        yield "- " + texts.say("letter.copies", count=alert.copies)
    if alert.bound is not None:
        yield "- " + texts.say("letter.bound", **_bound(alert.bound, texts))
    if alert.words:
        yield ""
        words = ", ".join(one_line(word.word) for word in alert.words)
        yield texts.say("letter.words", words=words)
    if alert.samples:
        yield ""
        yield from (f"  > {one_line(sample.text)}" for sample in alert.samples)
    yield ""
    if alert.url:
        yield alert.url
    opened = alert.opened_at
    yield texts.say("letter.end", alert=alert.id, day=texts.day(opened), time=f"{opened:%H:%M}")


def _bound(bound: FalseAlarmBound, texts: Texts) -> dict[str, str]:
    return {
        "hours": f"{bound.hours_between:.0f}",
        "drift": texts.tenths(bound.drift),
        "group": texts.tenths(bound.group),
    }
