"""Records of results, as workers write them: key and value."""

from datetime import UTC, datetime
from uuid import uuid4

from sentiment.alerts import BuzzAlert, Measure, SampleTweet, TellingWord
from sentiment.messages import Label, Mention, ScoredTweet


def scored(text: str, label: Label, p_negative: float) -> tuple[str, ScoredTweet]:
    key = uuid4().hex
    return key, ScoredTweet(
        id=key,
        text=text,
        author="jo",
        brand="united",
        label=label,
        p_negative=p_negative,
        model_name="sentiment",
        model_version="1",
        model_digest="d",
        scored_at=datetime.now(UTC),
        source_topic="tweets",
        source_partition=0,
        source_offset=0,
    )


def mention(brand: str, label: Label) -> tuple[str, Mention]:
    return brand, Mention(
        brand=brand,
        id=uuid4().hex,
        text="a text",
        event_time=datetime.now(UTC),
        label=label,
        p_negative=0.9 if label == "negative" else 0.1,
        model_version="1",
        source_partition=0,
        source_offset=0,
    )


def alert(state: str = "open", **changes: object) -> tuple[str, BuzzAlert]:
    now = datetime.now(UTC)
    content = {
        "id": "a" * 32,
        "brand": "united",
        "kind": "negative",
        "state": state,
        "opened_at": now,
        "at": now,
        "window_start": now,
        "window_end": now,
        "share": Measure(now=0.48, expected=0.21),
        "volume": Measure(now=212, expected=140),
        "negatives": Measure(now=96, expected=8),
        "odds": 3.5,
        "strength": 1.7,
        "words": [TellingWord(word="tarmac", z=5.1)],
        "samples": [SampleTweet(id="1", text="<b>three hours</b> on the tarmac", p_negative=0.9)],
        "model_version": "1",
        "url": "https://example.com/united",
        **changes,
    }
    return "united", BuzzAlert.model_validate(content)
