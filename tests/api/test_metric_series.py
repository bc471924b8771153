"""Series that alerts rest on exist before the first event."""

from prometheus_client import CollectorRegistry

from api.metrics import Metrics
from sentiment.scorer import ModelVersion


def versions(registry: CollectorRegistry) -> dict[str, float]:
    return {
        sample.labels["model_version"]: sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name == "bad_prediction_total"
    }


def test_wrong_predictions_of_this_and_earlier_versions_count_from_zero() -> None:
    registry = CollectorRegistry()
    Metrics(registry).runs(ModelVersion("sentiment", "3", "abc"))
    assert versions(registry) == {"1": 0, "2": 0, "3": 0, "other": 0}


def test_a_long_history_of_versions_brings_only_the_last_ones() -> None:
    registry = CollectorRegistry()
    Metrics(registry).runs(ModelVersion("sentiment", "5000", "abc"))
    assert len(versions(registry)) == 22


def test_refusals_exist_from_zero_on() -> None:
    registry = CollectorRegistry()
    Metrics(registry)
    for reason in ("GoldenSetError", "ArtefactError"):
        name = "badbuzz_api_model_refused_total"
        assert registry.get_sample_value(name, {"reason": reason}) == 0


def test_a_version_that_never_ran_here_counts_as_another_from_zero_on() -> None:
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    metrics.runs(ModelVersion("sentiment", "3", "abc"))
    for version in ("2", "4", "no-such-version"):
        metrics.wrong(version)
    assert versions(registry) == {"1": 0, "2": 1, "3": 0, "other": 2}
