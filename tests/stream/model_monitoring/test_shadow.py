"""The comparison itself, on toy versions; the registry's part is tested live."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client import CollectorRegistry
from scipy.special import expit

from sentiment.champion import Running
from sentiment.registry import Pointer
from sentiment.scorer import Scorer
from sentiment.scores import UNSUPPORTED
from stream.metrics import ShadowMetrics
from stream.model_monitoring.sampling import Sampled
from stream.model_monitoring.shadow import LabelledText, Shadow
from tests.artefacts import make_artefact, make_three_class_artefact

BIASES = (("calm", 0.0), ("gloomy", 9.0))
TEXTS = ["late and awful", "great, thanks", "a fact"]


@pytest.fixture
def champion(tmp_path: Path) -> Running:
    return Running(Pointer(1, "1"), Scorer(make_artefact(tmp_path / "champion")), 0.0)


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def shadow_of(scorer: Scorer | None, registry: CollectorRegistry) -> Shadow:
    return Shadow(SimpleNamespace(scorer=scorer), ShadowMetrics(registry))


def scored(running: Running, texts: list[str], languages: list[str | None]) -> Sampled:
    scores = running.scorer.score(texts)
    return Sampled(running, texts, languages, scores.answers(running.scorer.labels(scores)))


def pairs(registry: CollectorRegistry) -> dict[tuple[str, str], float]:
    return {
        (sample.labels["champion"], sample.labels["challenger"]): sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name == "badbuzz_shadow_tweets_total" and sample.value
    }


def test_labels_are_counted_pair_by_pair_of_the_same_tweet(
    champion: Running, registry: CollectorRegistry, tmp_path: Path
) -> None:
    gloomy = Scorer(make_artefact(tmp_path / "b", bias=6, candidate="gloomy"))
    shadow_of(gloomy, registry).take(scored(champion, TEXTS, [None, "en", None]))
    assert pairs(registry) == {
        ("negative", "negative"): 1,
        ("positive", "negative"): 1,
        ("uncertain", "negative"): 1,
    }
    assert registry.get_sample_value("badbuzz_shadow_difference_count") == 3
    assert registry.get_sample_value("badbuzz_shadow_score_seconds_count") == 1


def test_beside_a_version_of_two_classes_neutral_is_left_out(
    champion: Running, registry: CollectorRegistry, tmp_path: Path
) -> None:
    three = Scorer(make_three_class_artefact(tmp_path / "b", known_threshold=0))
    shadow = shadow_of(three, registry)
    shadow.take(scored(champion, ["late and awful", "the gate", "a thing"], [None] * 3))
    assert pairs(registry) == {
        ("negative", "negative"): 1,
        ("uncertain", "neutral"): 1,
        ("uncertain", "uncertain"): 1,
    }
    # 0.98 against 0.95 of those that are not neutral, and twice one half against one half.
    assert registry.get_sample_value("badbuzz_shadow_difference_sum") == pytest.approx(
        abs(expit(4) - expit(6)), abs=1e-4
    )
    shadow.take(LabelledText(champion, "the gate", "neutral"))
    shadow.take(LabelledText(champion, "late gate today", "negative"))
    found = {
        (sample.labels["role"], sample.labels["outcome"]): sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name == "badbuzz_shadow_feedback_total" and sample.value
    }
    assert found == {("champion", "right"): 1, ("challenger", "right"): 1}


def test_two_versions_of_three_classes_are_measured_by_neutral_verdicts_too(
    registry: CollectorRegistry, tmp_path: Path
) -> None:
    first, second = (make_three_class_artefact(tmp_path / name, bias) for name, bias in BIASES)
    running = Running(Pointer(1, "1"), Scorer(first), 0.0)
    shadow = shadow_of(Scorer(second), registry)
    shadow.take(LabelledText(running, "the gate today", "neutral"))
    assert registry.get_sample_value(
        "badbuzz_shadow_feedback_total",
        {"role": "champion", "outcome": "right", "version": "0"},
    )
    assert registry.get_sample_value(
        "badbuzz_shadow_feedback_total",
        {"role": "challenger", "outcome": "wrong", "version": "0"},
    )


def test_the_champion_is_not_compared_with_itself(
    champion: Running, registry: CollectorRegistry
) -> None:
    shadow_of(champion.scorer, registry).take(scored(champion, TEXTS, [None] * 3))
    shadow_of(None, CollectorRegistry()).take(scored(champion, TEXTS, [None] * 3))
    assert pairs(registry) == {}


def test_tweets_that_one_of_them_does_not_score_are_left_out(
    champion: Running, registry: CollectorRegistry, tmp_path: Path
) -> None:
    other = Scorer(make_artefact(tmp_path / "b", bias=6))
    sampled = scored(champion, TEXTS, [None, "fr", None])
    answers = [UNSUPPORTED, *sampled.answers[1:]]
    shadow_of(other, registry).take(sampled._replace(answers=answers))
    assert pairs(registry) == {("uncertain", "negative"): 1}


def test_feedback_measures_both_versions_on_the_same_text(
    champion: Running, registry: CollectorRegistry, tmp_path: Path
) -> None:
    shadow = shadow_of(Scorer(make_artefact(tmp_path / "b", bias=6)), registry)
    shadow.take(LabelledText(champion, "great, thanks", "positive"))
    shadow.take(LabelledText(champion, "a fact", "negative"))
    found = {
        (sample.labels["role"], sample.labels["outcome"]): sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name == "badbuzz_shadow_feedback_total" and sample.value
    }
    assert found == {
        ("champion", "right"): 1,
        ("champion", "uncertain"): 1,
        ("challenger", "wrong"): 1,
        ("challenger", "right"): 1,
    }
