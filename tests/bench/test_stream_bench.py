"""The harness counts right: every side really scored each message, once, and is charged for it."""

from pathlib import Path

import pytest
from rich.console import Console

from bench import kafka as topics
from bench import services
from bench.artefacts import make_artefact
from bench.backlog import Bench
from bench.endtoend import limit
from bench.latency import latency
from bench.settings import BenchSettings
from bench.sides import SIDES
from bench.stream import SHORT
from bench.texts import load_messages

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def bench(tmp_path_factory, kafka, mlflow_server) -> Bench:
    """Everything small: the environment of the loop by hand is the only one that is made."""
    folder = tmp_path_factory.mktemp("bench")
    cache = BenchSettings().cache
    settings = BenchSettings(
        **SHORT | {"messages": 12_000, "sentiment140_csv": Path("none"), "units": 4}
    )
    messages = load_messages(settings.sentiment140_csv)
    artefact, _ = make_artefact(settings, messages.texts, folder / "artefact")
    running = services.Services(kafka.bootstrap, kafka.pid, mlflow_server.uri, "bench")
    services.register(running, artefact)
    settings = settings.model_copy(update={"cache": cache})
    return Bench(settings, running, messages, artefact)


def _side(name):
    return next(side for side in SIDES if side.name == name)


@pytest.mark.parametrize("name", ["badbuzz", "confluent"])
def test_a_side_scores_each_message_once_and_the_scorer_is_a_part_of_its_cpu(bench, name):
    run = bench.run(_side(name), "score", 60_000)  # fewer are done between two looks
    assert (run.missing, run.twice) == (0, 0)
    assert 0 < run.counted <= 60_000
    assert run.rate == pytest.approx(run.counted / run.seconds)
    assert 0 < run.tokenise + run.infer < run.cpu
    assert run.memory > 50


def test_plumbing_publishes_each_message_and_asks_no_scorer(bench):
    run = bench.run(_side("badbuzz"), "pass", 60_000)
    assert (run.missing, run.twice) == (0, 0)
    assert run.tokenise == run.infer == 0 < run.cpu


def test_two_workers_share_a_backlog_and_the_figures_add_them_up(bench):
    run = bench.run(_side("badbuzz"), "score", 6_000, workers=2, partitions=2)
    assert (run.workers, run.missing, run.twice) == (2, 0, 0)
    assert run.memory > 200  # of two processes


def test_latency_sees_the_result_of_each_message(bench):
    (row,) = latency(bench, Console(quiet=True))["rows"]
    assert row["missing"] == 0
    assert 0 < row["p50_ms"] <= row["p95_ms"] <= row["p99_ms"]
    assert 0 < row["rate"] < 1.2 * 0.1 * row["capacity"]  # fewer where the machine had no time


def test_the_limit_is_that_of_the_scorer_alone(bench):
    figures = limit(bench)
    assert figures["in_turn"]["rate"] > 500
    assert figures["overlapping"]["cpu"] > 0


async def test_counting_finds_what_is_missing_and_what_came_twice(bench):
    async with bench.job(bench.settings, "score") as job:
        for first, number in ((0, 3), (2, 1), (7, 2)):
            await topics.fill(job.brokers, job.target, 1, [b"x"], number, first=first)
        async with topics.Watch(job.brokers, job.target, 1) as watch:
            counted = await topics.count(job.brokers, job.target, await watch.ends(), 8, first=1)
    assert counted.found == 4  # 1, 2, 7 and 8; 0 is a probe
    assert counted.twice == 1
    assert counted.between({0: 2}, {0: 5}) == 3
