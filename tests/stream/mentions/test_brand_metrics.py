"""The detector's findings as metrics, from real states and alerts."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest
from prometheus_client import CollectorRegistry

from sentiment.alerts import BuzzAlert, Measure, SampleTweet
from stream.buzz.brand import BrandState, new_brand
from stream.buzz.detector import Detector, Sighting
from stream.buzz.options import KINDS, BuzzOptions
from stream.mentions.brand_labels import BrandLabels
from stream.mentions.brand_metrics import BrandMetrics
from stream.metrics import BuzzMetrics

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)
OPTIONS = BuzzOptions()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def shown(registry: CollectorRegistry) -> BrandMetrics:
    return BrandMetrics(BuzzMetrics(registry), OPTIONS, lambda: {"delta"})


TOLD = {(kind,): 0 for kind in KINDS}


def alert(state: str, brand: str = "delta", kind: str = "negative") -> BuzzAlert:
    return BuzzAlert(
        id="1", brand=brand, kind=kind, state=state, opened_at=NOW, at=NOW,
        window_start=NOW, window_end=NOW, share=Measure(now=0.8, expected=0.3),
        volume=Measure(now=50, expected=10), strength=2.0,
        samples=[SampleTweet(id="1", text="late\n again " + "x" * 400, p_negative=0.9)],
    )  # fmt: skip


def show(shown: BrandMetrics, state: BrandState) -> None:
    """As the agent does: the view is made in one thread, and shown in another."""
    view = shown.view(state)
    assert view is not None
    shown.show(view)


def different_text(number: int) -> str:
    """Texts that share no word."""
    digest = sha256(str(number).encode()).hexdigest()
    return " ".join(digest[i : i + 8] for i in range(0, 64, 8))


def closed_minutes(brand: str, negative: int, other: int) -> BrandState:
    state = new_brand(brand, OPTIONS)
    detector = Detector(OPTIONS)
    minute = 30_000_000
    sightings = [
        Sighting(minute, 0.9 if i < negative else 0.1, "1", i, different_text(i), str(i))
        for i in range(negative + other)
    ]
    detector.update(state, sightings, minute)
    detector.close_minutes(state, minute + 1)
    return state


def samples(registry: CollectorRegistry, name: str) -> dict[tuple[str, ...], float]:
    return {
        tuple(sample.labels.values()): sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name == name
    }


def test_share_and_volume_of_the_last_minutes_are_shown(
    shown: BrandMetrics, registry: CollectorRegistry
) -> None:
    show(shown, closed_minutes("delta", 3, 1))
    assert registry.get_sample_value("badbuzz_buzz_negative_share", {"brand": "delta"}) == 0.75
    assert registry.get_sample_value("badbuzz_buzz_mentions", {"brand": "delta"}) == 4
    assert samples(registry, "badbuzz_buzz_alerts_open") == {
        ("delta", "negative"): 0,
        ("delta", "storm"): 0,
        ("delta", "volume"): 0,
    }


def test_an_open_alert_is_shown_with_its_samples_until_it_closes(
    shown: BrandMetrics, registry: CollectorRegistry
) -> None:
    shown.alert(alert("open"))
    shown.alert(alert("worse"))
    assert samples(registry, "badbuzz_buzz_alerts_open") == {("delta", "negative"): 1}
    texts = samples(registry, "badbuzz_buzz_alert_sample_p_negative")
    assert texts == {("delta", "negative", ("late again " + "x" * 400)[:200]): 0.9}
    assert samples(registry, "badbuzz_buzz_alerts_total") == TOLD | {("negative",): 1}
    shown.alert(alert("closed"))
    assert samples(registry, "badbuzz_buzz_alerts_open") == {("delta", "negative"): 0}
    assert not samples(registry, "badbuzz_buzz_alert_sample_p_negative")


def in_crisis(brand: str, negative: int, other: int) -> BrandState:
    """A state as another worker left it: its negative alert is open, the one of its volume not."""
    state = closed_minutes(brand, negative, other)
    state.closed.alarms["negative"].open(30_000_001, 2.0, 3.0, minutes=5)
    return state


def test_an_alert_that_was_open_before_the_takeover_is_shown_until_it_closes(
    shown: BrandMetrics, registry: CollectorRegistry
) -> None:
    shown.restore(in_crisis("acme", 3, 1))
    assert samples(registry, "badbuzz_buzz_alerts_open") == {
        ("acme", "negative"): 1,
        ("acme", "storm"): 0,
        ("acme", "volume"): 0,
    }
    # The rule "Bad buzz" asks for a share beside the open alert.
    assert registry.get_sample_value("badbuzz_buzz_negative_share", {"brand": "acme"}) == 0.75
    assert samples(registry, "badbuzz_buzz_alerts_total") == TOLD
    assert samples(registry, "badbuzz_buzz_alert_sample_p_negative") == {
        ("acme", "negative", different_text(number)): 0.9 for number in range(3)
    }
    shown.alert(alert("worse", "acme"))
    assert len(samples(registry, "badbuzz_buzz_alert_sample_p_negative")) == 1
    assert samples(registry, "badbuzz_buzz_alerts_open")["acme", "negative"] == 1
    shown.alert(alert("closed", "acme"))
    assert samples(registry, "badbuzz_buzz_alerts_open") == {
        ("acme", "negative"): 0,
        ("acme", "storm"): 0,
        ("acme", "volume"): 0,
    }


def test_an_alert_that_closed_before_the_takeover_is_shown_as_none(
    shown: BrandMetrics, registry: CollectorRegistry
) -> None:
    state = in_crisis("delta", 3, 1)
    state.closed.alarms["negative"].follow(30_009_999, 0.0, 0.0, OPTIONS.negative)
    shown.restore(state)
    show(shown, state)
    assert samples(registry, "badbuzz_buzz_alerts_open") == {
        ("delta", "negative"): 0,
        ("delta", "storm"): 0,
        ("delta", "volume"): 0,
    }


def test_a_restored_alert_has_a_share_though_nothing_was_scored_lately(
    shown: BrandMetrics, registry: CollectorRegistry
) -> None:
    state = in_crisis("acme", 3, 1)
    state.closed.begin_anew()  # another version of the model
    shown.restore(state)
    share = registry.get_sample_value("badbuzz_buzz_negative_share", {"brand": "acme"})
    assert share is not None
    assert 0 < share < 1


def test_a_restored_brand_with_an_open_alert_keeps_its_label(
    shown: BrandMetrics, registry: CollectorRegistry
) -> None:
    shown.restore(in_crisis("acme", 3, 1))
    for number in range(200):
        show(shown, closed_minutes(f"brand-{number}", 1, number // 4))
    assert samples(registry, "badbuzz_buzz_alerts_open")["acme", "negative"] == 1


def test_a_brand_that_moved_to_another_worker_has_no_series_left(
    shown: BrandMetrics, registry: CollectorRegistry
) -> None:
    show(shown, closed_minutes("delta", 3, 1))
    shown.alert(alert("open"))
    shown.forget("delta")
    left = [s for f in registry.collect() for s in f.samples if "brand" in s.labels]
    assert not left


def test_the_brand_label_is_bounded_however_many_brands_there_are(
    shown: BrandMetrics, registry: CollectorRegistry
) -> None:
    for number in range(200):
        show(shown, closed_minutes(f"brand-{number}", 1, number // 4))
    labels = {brand for (brand,) in samples(registry, "badbuzz_buzz_mentions")}
    assert len(labels) == 50
    assert "brand-199" in labels
    show(shown, closed_minutes("delta", 1, 0))
    assert ("delta",) in samples(registry, "badbuzz_buzz_mentions")


def test_a_small_brand_with_an_open_alert_keeps_its_label() -> None:
    left: list[str] = []
    labels = BrandLabels(set, left.append, most=2)
    assert labels.label("a", 10) == "a"
    assert labels.label("b", 20) == "b"
    assert labels.label("c", 12) is None
    assert labels.pin("c") == "c"
    assert left == ["a"]
    assert labels.label("d", 1_000) == "d"
    assert left == ["a", "b"]
    assert labels.label("e", 10_000_000) == "e"
    assert left == ["a", "b", "d"]
    assert labels.pin("f") == "f"
    assert labels.pin("g") == "other"
    labels.unpin("c")
    assert labels.label("c", 1) == "c"
    assert labels.label("h", 5) == "h"
    assert left == ["a", "b", "d", "e", "c"]
