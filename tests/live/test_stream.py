"""The worker on the real broker and the real registry: every tweet in, every result out, once."""

import asyncio
import hashlib
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from infra.local.kafka import LocalKafka
from infra.local.ports import free_port
from sentiment.messages import ScoredTweet
from sentiment.sample import sample_tweets
from sentiment.scorer import Scorer
from sentiment.topics import DEAD_LETTERS, SCORED, TWEETS
from stream.dlq import dead_letter
from stream.settings import StreamSettings
from tests.artefacts import make_artefact
from tests.chaos.fleet import Fleet, badbuzz_command
from tests.live.conftest import page, wait_ready, wait_until
from tests.live.kafka_io import lag, read_all, remake, send
from tests.registered import registered
from trainer.registry.register import Versions

pytestmark = pytest.mark.live


def tweet(number: int, text: str, **fields: object) -> bytes:
    return orjson.dumps({"id": str(number), "text": text, **fields})


def scored_versions(settings: StreamSettings) -> list[str]:
    return [orjson.loads(record.value)["model_version"] for record in read_all(settings, SCORED)]


def test_every_tweet_of_20000_comes_out_once_with_the_right_version(
    settings: StreamSettings, versions: Versions, new_version: Callable[[float], str], fleet: Fleet
) -> None:
    version = new_version(0.0)
    versions.point(version)
    worker = fleet.start()
    wait_ready(worker)
    texts = {str(i): text for i, (text, _) in enumerate(sample_tweets(20_000))}
    send(settings, TWEETS, [tweet(int(i), text) for i, text in texts.items()], key=None)
    wait_until(lambda: lag(settings, TWEETS) == 0, 60, "all tweets are scored")

    tweets = [ScoredTweet.model_validate_json(r.value) for r in read_all(settings, SCORED)]

    assert Counter(t.id for t in tweets) == Counter(texts.keys())
    assert {t.model_version for t in tweets} == {version}
    assert all(t.text == texts[t.id] for t in tweets)
    assert not read_all(settings, DEAD_LETTERS)
    metrics = page(worker, "/metrics")[1]
    assert sum(
        float(line.split()[-1])
        for line in metrics.splitlines()
        if line.startswith("badbuzz_tweets_total")
    ) == len(texts)


def test_what_cannot_be_read_goes_to_the_dead_letters_and_the_worker_lives_on(
    settings: StreamSettings, versions: Versions, new_version: Callable[[float], str], fleet: Fleet
) -> None:
    versions.point(new_version(0.0))
    wait_ready(fleet.start())
    largest = settings.max_message_bytes - 200
    bad = {
        "json": b'{"id": "1", "text": ',
        "empty": tweet(2, "  \n "),
        "type": tweet(3, 5),  # type: ignore[arg-type]
        "too_long": tweet(4, "x" * (settings.max_text_chars + 1)),
        "encoding": b'{"id": "5", "text": "\xff"}',
        "null": None,
        "missing": b'{"id": "7"}',
    }
    send(settings, TWEETS, list(bad.values()), headers=[("trace", b"abc")])
    send(settings, TWEETS, [b"{" + b"x" * (largest - 1)])
    send(settings, TWEETS, [tweet(8, "all good")])
    wait_until(lambda: len(read_all(settings, SCORED)) == 1, 60, "the worker lives on")

    letters = {
        dict(r.headers)[dead_letter.REASON].decode(): r for r in read_all(settings, DEAD_LETTERS)
    }

    assert letters.keys() == bad.keys()
    for reason, value in bad.items():
        if reason != "json":
            assert letters[reason].value == value
            assert dict(letters[reason].headers)["trace"] == b"abc"
            assert dead_letter.DETAIL in dict(letters[reason].headers)
    whole = [r for r in read_all(settings, DEAD_LETTERS) if len(r.value or b"") == largest]
    assert len(whole) == 1, "a record near the broker's limit is kept whole"


def test_a_letter_that_no_longer_fits_goes_as_head_digest_and_position(
    settings: StreamSettings, versions: Versions, new_version: Callable[[float], str], fleet: Fleet
) -> None:
    versions.point(new_version(0.0))
    fleet.environment["BADBUZZ_MAX_MESSAGE_BYTES"] = "100000"
    wait_ready(fleet.start())
    value = b"[" + b"1," * 250_000
    send(settings, TWEETS, [value])
    wait_until(lambda: len(read_all(settings, DEAD_LETTERS)) == 1, 60, "it is a dead letter")

    letter = read_all(settings, DEAD_LETTERS)[0]
    headers = dict(letter.headers)

    assert value.startswith(letter.value)
    assert headers[dead_letter.SIZE] == str(len(value)).encode()
    assert headers[dead_letter.SHA256].decode() == hashlib.sha256(value).hexdigest()
    assert headers[dead_letter.OFFSET] == b"0"


def test_a_moved_alias_runs_within_10_s_and_each_result_is_of_the_version_it_names(
    settings: StreamSettings,
    versions: Versions,
    new_version: Callable[[float], str],
    fleet: Fleet,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    first, second = new_version(0.0), new_version(3.0)
    versions.point(first)
    wait_ready(fleet.start())
    send(settings, TWEETS, [tweet(1, "good bad late")])
    wait_until(lambda: scored_versions(settings) == [first], 60, "the first version runs")
    versions.point(second)
    moved = time.monotonic()
    number = 1
    while scored_versions(settings)[-1] != second:
        number += 1
        send(settings, TWEETS, [tweet(number, "good bad late")])
        assert time.monotonic() - moved < 12
    took = time.monotonic() - moved

    results = [orjson.loads(record.value) for record in read_all(settings, SCORED)]
    seen = [r["model_version"] for r in results]

    assert took < 10
    assert seen == sorted(seen)
    folder = tmp_path_factory.mktemp("again")
    for version, bias in ((first, 0.0), (second, 3.0)):
        expected = (
            Scorer(make_artefact(folder / version, bias)).score(["good bad late"]).p_negative[0]
        )
        said = [r["p_negative"] for r in results if r["model_version"] == version]
        assert said
        assert all(p == pytest.approx(float(expected), abs=1e-5) for p in said)


def test_a_version_that_fails_its_golden_set_is_refused_and_the_old_one_goes_on(
    settings: StreamSettings,
    versions: Versions,
    new_version: Callable[[float], str],
    fleet: Fleet,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    good = new_version(0.0)
    versions.point(good)
    worker = fleet.start()
    wait_ready(worker)
    folder = make_artefact(tmp_path_factory.mktemp("bad") / "artefact", 0.0)
    other = make_artefact(tmp_path_factory.mktemp("other") / "artefact", 3.0)
    (folder / "model.onnx").write_bytes((other / "model.onnx").read_bytes())
    versions.point(registered(versions, folder))
    refused = 'badbuzz_model_refused_total{reason="GoldenSetError"} 1.0'
    wait_until(lambda: refused in page(worker, "/metrics")[1], 60, "the version is refused")
    send(settings, TWEETS, [tweet(1, "good")])
    wait_until(lambda: scored_versions(settings) == [good], 60, "the old version goes on")


def test_a_restart_runs_the_last_good_version_while_mlflow_is_down(
    settings: StreamSettings,
    versions: Versions,
    new_version: Callable[[float], str],
    fleet: Fleet,
) -> None:
    version = new_version(0.0)
    versions.point(version)
    worker = fleet.start()
    wait_ready(worker)
    fleet.kill(worker)
    fleet.environment["MLFLOW_TRACKING_URI"] = "http://127.0.0.1:9"  # nobody listens there
    wait_ready(fleet.start())
    send(settings, TWEETS, [tweet(1, "good")])
    wait_until(lambda: scored_versions(settings) == [version], 60, "the kept version scores")


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_under_load_stops_within_10_s_and_loses_nothing(
    settings: StreamSettings,
    versions: Versions,
    new_version: Callable[[float], str],
    fleet: Fleet,
    signal_number: signal.Signals,
) -> None:
    versions.point(new_version(0.0))
    fleet.environment["BADBUZZ_BATCH_RECORDS"] = "100"
    worker = fleet.start()
    wait_ready(worker)
    with tweets_keep_coming(settings) as sent:
        wait_until(lambda: bool(read_all(settings, SCORED)), 60, "the first are scored")
        wait_until(lambda: lag(settings, TWEETS) > 0, 60, "others wait")
        started = time.monotonic()
        worker.process.send_signal(signal_number)
        worker.process.wait(10)
        assert time.monotonic() - started < 10
    fleet.workers.remove(worker)
    wait_ready(fleet.start())
    wait_until(lambda: lag(settings, TWEETS) == 0, 120, "the next worker goes on")
    assert Counter(orjson.loads(r.value)["id"] for r in read_all(settings, SCORED)) == Counter(sent)


@contextmanager
def tweets_keep_coming(settings: StreamSettings) -> Iterator[list[str]]:
    """Sends tweets for as long as the block lasts; the list has the ids of all of them then."""
    over, sent = threading.Event(), list[str]()

    def keep_sending() -> None:
        while not over.is_set():
            some = range(len(sent), len(sent) + 1_000)
            send(settings, TWEETS, [tweet(i, "good bad late") for i in some], key=None)
            sent.extend(map(str, some))

    with ThreadPoolExecutor(1) as thread:
        sending = thread.submit(keep_sending)
        try:
            yield sent
        finally:
            over.set()
            sending.result()


def test_the_worker_refuses_to_start_on_a_missing_topic_and_says_what_to_do(
    settings: StreamSettings, fleet: Fleet
) -> None:
    environment = fleet.environment | {"BADBUZZ_TOPIC_PREFIX": "nowhere."}
    run = subprocess.run(
        badbuzz_command(), env=environment, capture_output=True, timeout=120, check=False
    )
    assert run.returncode == 1
    message = run.stderr.decode()
    assert "nowhere.tweets is missing" in message
    assert "badbuzz topics create" in message
    assert "Traceback" not in message


def test_a_tweet_in_another_language_passes_unscored(
    settings: StreamSettings, versions: Versions, new_version: Callable[[float], str], fleet: Fleet
) -> None:
    versions.point(new_version(0.0))
    wait_ready(fleet.start())
    send(settings, TWEETS, [tweet(1, "schlecht", lang="de")])
    wait_until(lambda: len(read_all(settings, SCORED)) == 1, 60, "it passes")
    result = ScoredTweet.model_validate_json(read_all(settings, SCORED)[0].value)
    assert (result.label, result.p_negative) == ("unsupported", None)


def test_a_topic_made_anew_under_a_worker_is_read_from_its_start(
    settings: StreamSettings, versions: Versions, new_version: Callable[[float], str], fleet: Fleet
) -> None:
    versions.point(new_version(0.0))
    worker = fleet.start()
    wait_ready(worker)
    send(settings, TWEETS, [tweet(i, "first") for i in range(100)], partition=0)
    wait_until(lambda: lag(settings, TWEETS) == 0, 60, "the first topic is scored")
    asyncio.run(remake(settings, TWEETS, settings.partitions))
    send(settings, TWEETS, [tweet(i, "second") for i in range(10)], partition=0)
    wait_until(
        lambda: (
            Counter(orjson.loads(r.value)["text"] for r in read_all(settings, SCORED))
            == {"first": 100, "second": 10}
        ),
        90,
        "the new topic is scored",
    )


def test_a_worker_that_starts_before_kafka_waits_for_it(tmp_path: Path) -> None:
    kafka = LocalKafka(tmp_path / "kafka", free_port())
    environment = {"KAFKA_BROKERS": kafka.bootstrap, "MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}
    fleet = Fleet(badbuzz_command(), environment, tmp_path / "fleet")
    worker = fleet.start()
    try:
        wait_until(
            lambda: "Trying again" in worker.log.read_text(), 60, "it says that it tries again"
        )
        with kafka:
            worker.process.wait(60)
        assert "Run `badbuzz topics create`" in worker.log.read_text(), "it went on to the topics"
    finally:
        fleet.stop()
