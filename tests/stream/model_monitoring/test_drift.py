"""Drift: an injected shift is seen, an hour of the same is not."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from prometheus_client import CollectorRegistry

from sentiment import artefact
from sentiment.champion import Running
from sentiment.reference import build_reference
from sentiment.registry import Pointer
from sentiment.sample import sample_tweets
from sentiment.scorer import Scorer
from sentiment.scores import UNSUPPORTED, Answer
from stream.metrics import FEATURES, DriftMetrics
from stream.model_monitoring.divergence import jensen_shannon, population_stability_index
from stream.model_monitoring.drift import DriftWatch, DriftWindow, Unknown
from stream.model_monitoring.sampling import Sampled
from tests.artefacts import NEGATIVE, NEUTRAL, POSITIVE, make_artefact, make_three_class_artefact

TEXTS = [text for text, _ in sample_tweets(8_000)]
HOUR = 3_600.0
WORDS = (*NEGATIVE, *NEUTRAL, *POSITIVE)


@pytest.fixture
def scorer(tmp_path: Path) -> Scorer:
    folder = make_artefact(tmp_path / "a")
    plain = Scorer(folder)
    reference = build_reference(
        plain.tokenizer, TEXTS[:4_000], plain.score(TEXTS[:4_000]).p_negative
    )
    card = plain.card.model_copy(update={"reference": reference})
    artefact.write_card(folder, card)
    return Scorer(folder)


def sampled(
    scorer: Scorer, texts: Sequence[str], languages: Sequence[str | None] | None = None
) -> Sampled:
    scores = scorer.score(texts)
    return Sampled(
        Running(Pointer(1, "1"), scorer, 0.0),
        list(texts),
        list(languages or [None] * len(texts)),
        scores.answers(scorer.labels(scores)),
    )


def index_of(window: DriftWindow) -> dict[str, float]:
    pairs = window.compare().items()
    return {feature: population_stability_index(*shares) for feature, shares in pairs}


def window_of(scorer: Scorer) -> DriftWindow:
    assert scorer.card.reference is not None
    return DriftWindow(scorer.card.reference, Unknown(scorer.tokenizer), HOUR)


def test_the_index_is_the_one_of_the_formula() -> None:
    old, new = np.array([0.5, 0.5]), np.array([0.8, 0.2])
    expected = 0.3 * np.log(0.8 / 0.5) + -0.3 * np.log(0.2 / 0.5)
    assert population_stability_index(old, new) == pytest.approx(expected)
    assert population_stability_index(old, old) == 0


def test_the_divergence_runs_from_nothing_to_one_bit() -> None:
    assert jensen_shannon(np.array([1.0, 0]), np.array([0, 1.0])) == pytest.approx(1)
    assert jensen_shannon(np.array([0.2, 0.8]), np.array([0.2, 0.8])) == 0


def test_an_hour_of_the_same_texts_stays_below_every_limit(scorer: Scorer) -> None:
    window = window_of(scorer)
    rng = np.random.default_rng(3)
    for minute in range(60):
        texts = [TEXTS[4_000 + i] for i in rng.integers(0, 4_000, 10)]
        window.add(sampled(scorer, texts, ["en"] * 10), minute * 60.0)
    assert window.tweets == 600
    found = index_of(window)
    assert set(found) == set(FEATURES) - {"p_neutral", "p_positive"}
    assert max(found.values()) < 0.1


def test_of_three_classes_each_probability_has_its_drift(tmp_path: Path) -> None:
    plain = Scorer(make_three_class_artefact(tmp_path, known_threshold=0))
    texts = [f"{first} {second}" for first in WORDS for second in WORDS] * 5
    scores = plain.score(texts)
    reference = build_reference(
        plain.tokenizer,
        texts,
        scores.p_negative,
        ["en", "fr"],
        p_neutral=scores.p_neutral,
        p_positive=scores.p_positive,
    )
    window = DriftWindow(reference, Unknown(plain.tokenizer), HOUR)
    window.add(sampled(plain, texts), 0.0)
    same = index_of(window)
    assert set(same) == set(FEATURES) - {"language"}, "of two languages, none is told"
    assert max(same.values()) < 0.1
    moved = DriftWindow(reference, Unknown(plain.tokenizer), HOUR)
    moved.add(sampled(plain, [f"{text} gate" for text in texts], ["fr"] * len(texts)), 0.0)
    found = index_of(moved)
    assert found["p_neutral"] > 0.25
    assert found["language"] > 0.25


@pytest.mark.parametrize(
    ("feature", "change", "language"),
    [
        ("p_negative", lambda text: text + " awful worst", "en"),
        ("length", lambda text: text + " " + "and so on " * 12, "en"),
        ("unknown_tokens", lambda text: "good bad late love " * 3, "en"),
        ("language", lambda text: text, "fr-CA"),
    ],
)
def test_an_injected_shift_of_a_third_of_the_tweets_is_above_the_limit(
    scorer: Scorer, feature: str, change: object, language: str
) -> None:
    window = window_of(scorer)
    texts = TEXTS[4_000:4_600]
    shifted = [change(text) if i % 3 == 0 else text for i, text in enumerate(texts)]
    languages = [language if i % 3 == 0 else "en" for i in range(len(texts))]
    window.add(sampled(scorer, shifted, languages), 0.0)
    expected, found = window.compare()[feature]
    assert population_stability_index(expected, found) > 0.25
    assert jensen_shannon(expected, found) > 0.03


def test_what_is_older_than_the_window_is_forgotten(scorer: Scorer) -> None:
    window = window_of(scorer)
    window.add(sampled(scorer, ["worst awful bad"] * 50), 0.0)
    window.add(sampled(scorer, TEXTS[:100]), HOUR)
    assert window.tweets == 150
    window.forget(HOUR + HOUR / 12 + 1)
    assert window.tweets == 100


def test_an_unscored_tweet_counts_for_its_language_alone(scorer: Scorer) -> None:
    window = window_of(scorer)
    running = Running(Pointer(1, "1"), scorer, 0.0)
    window.add(Sampled(running, ["bonjour"], ["fr"], [UNSUPPORTED]), 0.0)
    assert set(window.compare()) == {"language"}


def test_few_tweets_tell_nothing_and_another_version_begins_anew(scorer: Scorer) -> None:
    registry = CollectorRegistry()
    watch = DriftWatch(DriftMetrics(registry), HOUR, at_least=100)
    watch.take(sampled(scorer, TEXTS[:99]))
    watch.show()
    assert registry.get_sample_value("badbuzz_drift_psi", {"feature": "length"}) is None
    watch.take(sampled(scorer, TEXTS[:1]))
    watch.show()
    assert registry.get_sample_value("badbuzz_drift_psi", {"feature": "length"}) is not None
    assert registry.get_sample_value("badbuzz_drift_window_mean", {"feature": "length"}) > 10
    other = SimpleNamespace(
        model=SimpleNamespace(digest="another"), card=scorer.card, tokenizer=scorer.tokenizer
    )
    running = Running(Pointer(2, "2"), other, 0.0)
    watch.take(Sampled(running, ["late"], ["en"], [Answer("negative", 0.9, None, None)]))
    watch.show()
    assert registry.get_sample_value("badbuzz_drift_window_tweets") == 1
    assert registry.get_sample_value("badbuzz_drift_psi", {"feature": "length"}) is None
