"""Every alert on the real thing: the real Prometheus watches the real worker and API."""

import asyncio
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from infra.local.kafka import LocalKafka
from infra.local.mlflow import LocalMlflow
from monitoring.generate.alerts import ALERTS, BAD_PREDICTIONS
from sentiment.messages import Mention
from sentiment.topics import MENTIONS, SCORED
from stream.kafka.topics import create_topics
from stream.transactions.outputs import partition_of
from tests.live.conftest import wait_until
from tests.live.kafka_io import lag, send
from tests.live.watched import TEXTS, Watched
from tests.monitoring.queries import panel_queries
from trainer.promotion.shadow import shadow_of

pytestmark = [pytest.mark.live, pytest.mark.prometheus]
BRAND = "delta"


def quiet_days(watched: Watched) -> None:
    """Three days of mentions up to 40 minutes ago: five a minute, one of them negative."""
    over = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=40)
    length = 3 * 24 * 60
    mentions = [
        Mention(
            brand=BRAND,
            event_time=over - timedelta(minutes=length - number // 5),
            id=f"quiet-{number}",
            text=f"{TEXTS[number % len(TEXTS)]} {number}",
            label="positive" if number % 5 else "negative",
            p_negative=0.1 if number % 5 else 0.9,
            model_version="1",
            source_partition=0,
            source_offset=number,
        )
        for number in range(5 * length)
    ]
    values: list[bytes | None] = [mention.model_dump_json().encode() for mention in mentions]
    partition = partition_of(BRAND.encode(), watched.settings.partitions)
    send(watched.settings, MENTIONS, values, key=BRAND.encode(), partition=partition)
    wait_until(lambda: lag(watched.settings, MENTIONS) == 0, 60, "the quiet days are counted")


@pytest.fixture(scope="module")
def watched(
    kafka: LocalKafka,
    mlflow_server: LocalMlflow,
    tmp_path_factory: pytest.TempPathFactory,
    prometheus_program: str,
) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    with Watched(kafka, mlflow_server, folder, prometheus_program) as watched:
        quiet_days(watched)
        yield watched


def test_nothing_fires_in_a_quiet_replay(watched: Watched) -> None:
    started = datetime.now(UTC)
    for part in range(12):
        watched.tweet(TEXTS[3_000 + part * 200 : 3_200 + part * 200])
        moment = started - timedelta(minutes=38 - part)
        watched.tweet([f"{text} {part}" for text in TEXTS[part * 5 : part * 5 + 5]], BRAND, moment)
        watched.judge("positive")
        time.sleep(0.5)
    prometheus = watched.prometheus
    wait_until(lambda: prometheus.value("sum(badbuzz_tweets_total)") == 2_460, 60, "scraped")
    wait_until(lambda: prometheus.value("count(badbuzz_drift_psi)") == 4, 60, "drift is measured")
    time.sleep(3)
    assert prometheus.states() == set()
    assert prometheus.rule_faults() == []
    assert prometheus.value("max(badbuzz_drift_psi)") < 0.25
    assert prometheus.value("sum(badbuzz_shadow_tweets_total)") > 100
    assert prometheus.value("badbuzz_latency_seconds_count") > 100


def test_two_wrong_predictions_do_not_fire_and_the_third_does(watched: Watched) -> None:
    prometheus = watched.prometheus
    assert prometheus.query('bad_prediction_total{model_version="1"}')
    watched.judge("negative", version="1")
    watched.judge("negative", version="2")
    wait_until(lambda: prometheus.value("sum(bad_prediction_total)") == 2, 60, "both are scraped")
    time.sleep(3)
    assert BAD_PREDICTIONS not in prometheus.firing()
    watched.judge("negative", version="1")
    alert = watched.wait_firing(BAD_PREDICTIONS)
    assert alert["annotations"]["summary"] == "3 wrong predictions within 5 minutes"


def burst(watched: Watched) -> None:
    """Ten minutes of anger about a brand."""
    now = datetime.now(UTC)
    for minute in range(12, 2, -1):
        texts = [f"{text}: late and awful" for text in TEXTS[minute * 20 : minute * 20 + 20]]
        watched.tweet(texts, BRAND, now - timedelta(minutes=minute))


def shift(watched: Watched) -> None:
    """Tweets twice as long as those of the reference, until it is noticed.

    Only some of each second are sampled, and many that are not longer came before.
    """
    longer = [text + " and so on and so forth" * 3 for text in TEXTS[:400]]

    def fires() -> bool:
        watched.tweet(longer)
        return "Drift" in watched.prometheus.firing()

    wait_until(fires, 90, "Drift fires")


def test_a_burst_of_negative_tweets_about_a_brand_fires(watched: Watched) -> None:
    burst(watched)
    alert = watched.wait_firing("Bad buzz")
    assert alert["labels"]["brand"] == BRAND
    assert watched.prometheus.query(f'badbuzz_buzz_alert_sample_p_negative{{brand="{BRAND}"}}')


def test_a_flood_of_dead_letters_fires(watched: Watched) -> None:
    watched.tweet(TEXTS[:400])
    watched.push([b"{broken"] * 400)
    alert = watched.wait_firing("Dead letters")
    assert "%" in alert["annotations"]["summary"]


def test_a_shift_of_the_tweets_fires(watched: Watched) -> None:
    shift(watched)


def test_people_measure_champion_and_challenger_and_promotion_can_ask_for_it(
    watched: Watched,
) -> None:
    prometheus = watched.prometheus
    watched.tweet(TEXTS[:400])
    expression = 'sum(badbuzz_shadow_feedback_total{version="2"})'
    before = prometheus.value(expression)
    watched.judge("negative", predicted="negative")
    wait_until(lambda: prometheus.value(expression) == before + 2, 60, "both are judged")
    time.sleep(1)
    shadow = shadow_of(prometheus.url, "2")
    assert shadow.tweets >= shadow.agreed > 0
    assert shadow.champion_right >= 1
    assert shadow_of(prometheus.url, "77").tweets == 0


def test_a_version_that_is_refused_fires(watched: Watched) -> None:
    number = watched.register(2.0)
    digest = "0" * 16
    watched.versions._client.set_model_version_tag(
        watched.settings.model_name, number, "badbuzz.digest", digest
    )
    watched.versions.point(number)
    alert = watched.wait_firing("Model refused")
    assert alert["labels"]["reason"] == "ArtefactError"


def test_every_query_of_dashboards_and_rules_returns_data(watched: Watched) -> None:
    prometheus = watched.prometheus
    if "Bad buzz" not in prometheus.firing():
        burst(watched)
    if "Drift" not in prometheus.firing():
        shift(watched)
    watched.push([b"{broken"] * 20)
    watched.tweet(TEXTS[:40], BRAND, datetime.now(UTC) - timedelta(hours=3))  # too late to count
    watched.judge("negative")
    queries = [*panel_queries(BRAND), *((alert.title, alert.query) for alert in ALERTS)]

    def without() -> list[str]:
        return [f"{place}: {query}" for place, query in queries if not prometheus.query(query)]

    with suppress(AssertionError):
        wait_until(lambda: not without(), 60, "all return data")
    assert without() == []


def test_metric_pages_pass_promtool(watched: Watched, promtool: str) -> None:
    for port in (watched.worker.port, watched.api_port):
        text = httpx.get(f"http://127.0.0.1:{port}/metrics").content
        done = subprocess.run(
            [promtool, "check", "metrics"], input=text, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()


def test_a_stuck_partition_fires_and_ends_when_it_moves_again(watched: Watched) -> None:
    ours = {"Worker not progressing", "Consumer lag"}
    _drop_topic(watched, SCORED)
    watched.push([b'{"id": "1", "text": "late"}'] * 10)
    alert = watched.wait_firing("Worker not progressing", 120)
    assert alert["labels"]["topic"] == watched.settings.topic("tweets")
    watched.wait_firing("Consumer lag")
    assert "Target down" not in watched.prometheus.firing()
    asyncio.run(create_topics(watched.settings))
    wait_until(lambda: not ours & watched.prometheus.firing().keys(), 90, "both alerts end")


def test_a_stopped_worker_fires_and_ends_when_another_one_stands_there(watched: Watched) -> None:
    watched.stop_worker()
    alert = watched.wait_firing("Target down")
    assert alert["labels"]["job"] == "badbuzz-worker"
    assert alert["labels"]["instance"] == f"127.0.0.1:{watched.worker.port}"
    watched.start_worker()
    wait_until(lambda: "Target down" not in watched.prometheus.firing(), 90, "the alert ends")


def _drop_topic(watched: Watched, name: str) -> None:
    async def drop() -> None:
        admin = AIOKafkaAdminClient(**watched.settings.kafka_client)
        await admin.start()
        try:
            await admin.delete_topics([watched.settings.topic(name)])
        finally:
            await admin.close()

    asyncio.run(drop())
