"""The comparison itself, on toy versions; the registry's part is tested live."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client import CollectorRegistry

from sentiment.champion import Running
from sentiment.registry import Pointer
from sentiment.scorer import Scorer
from stream.metrics import ShadowMetrics
from stream.sampling import Sampled
from stream.shadow import Shadow, Verdict
from tests.artefacts import make_artefact

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
    p_negative = running.scorer.score(texts).tolist()
    labels = [running.scorer.label(p) for p in p_negative]
    return Sampled(running, texts, languages, labels, p_negative)


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
    shadow_of(other, registry).take(sampled._replace(p_negative=[None, 0.1, 0.5]))
    assert pairs(registry) == {("uncertain", "negative"): 1}


def test_feedback_measures_both_versions_on_the_same_text(
    champion: Running, registry: CollectorRegistry, tmp_path: Path
) -> None:
    shadow = shadow_of(Scorer(make_artefact(tmp_path / "b", bias=6)), registry)
    shadow.take(Verdict(champion, "great, thanks", "positive"))
    shadow.take(Verdict(champion, "a fact", "negative"))
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
