"""A made-up alert, by which a person sees whether a channel works."""

import time

from sentiment.alerts import BuzzAlert, Measure, SampleTweet, TellingWord, alert_id, at_minute
from stream.notify.notification import Notification
from stream.notify.texts import Texts

_BRAND = "examplair"


def trial_notification(texts: Texts) -> Notification:
    """An alert about a brand that does not exist, opened now, with a sample in a language."""
    minute = int(time.time() // 60)
    alert = BuzzAlert(
        id=alert_id(_BRAND, "negative", minute),
        brand=_BRAND,
        kind="negative",
        state="open",
        opened_at=at_minute(minute),
        at=at_minute(minute),
        window_start=at_minute(minute - 9),
        window_end=at_minute(minute),
        share=Measure(now=0.62, expected=0.3),
        volume=Measure(now=84, expected=41),
        negatives=Measure(now=52, expected=12),
        odds=3.8,
        strength=2.1,
        words=[TellingWord(word="tarmac", z=4.2)],
        samples=[SampleTweet(id="0", text=texts.say("trial"), p_negative=0.9)],
    )
    return Notification(alert, alert.model_dump_json().encode())
