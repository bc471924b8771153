"""Made-up alerts."""

from datetime import UTC, datetime, timedelta

from sentiment.alerts import (
    AlertKind,
    AlertState,
    BuzzAlert,
    Measure,
    SampleTweet,
    TellingWord,
    alert_id,
)
from stream.notify.notification import Notification

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def made_up(
    brand: str = "acme", state: AlertState = "open", *, after: int = 0, kind: AlertKind = "negative"
) -> BuzzAlert:
    """An alert that opened at noon, in the state it had so many minutes later."""
    at = NOON + timedelta(minutes=after)
    return BuzzAlert(
        id=alert_id(brand, kind, int(NOON.timestamp() // 60)),
        brand=brand,
        kind=kind,
        state=state,
        opened_at=NOON,
        at=at,
        window_start=at - timedelta(minutes=9),
        window_end=at,
        share=Measure(now=0.62, expected=0.3) if kind == "negative" else None,
        volume=Measure(now=84, expected=41),
        odds=3.8 if kind == "negative" else None,
        strength=2.1,
        words=[TellingWord(word="tarmac", z=4.2), TellingWord(word="#stuck", z=3.9)],
        samples=[SampleTweet(id="1", text="three hours\non the tarmac", p_negative=0.97)],
        url="http://127.0.0.1:8000/brands/acme?alert=1",
    )


def notification(alert: BuzzAlert) -> Notification:
    """The alert, as it comes from the topic."""
    return Notification(alert, alert.model_dump_json().encode())
