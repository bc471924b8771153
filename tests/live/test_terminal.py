"""What people use in a terminal: tweets pushed by hand, and results watched."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from sentiment.topics import SCORED, TWEETS
from stream.settings import StreamSettings
from tests.chaos.fleet import badbuzz_command
from tests.live.conftest import wait_until
from tests.live.kafka_io import read_all, send

pytestmark = pytest.mark.live


@contextmanager
def badbuzz(settings: StreamSettings, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command of badbuzz beside the test; it is killed in the end."""
    environment = os.environ | {
        "KAFKA_BROKERS": settings.kafka_brokers,
        "BADBUZZ_TOPIC_PREFIX": settings.topic_prefix,
        "BADBUZZ_GROUP": settings.group,
    }
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [badbuzz_command()[0], *arguments]
    # What a shell runs in the background ignores Ctrl-C, and would hand that down.
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(command, env=environment, **pipes)  # type: ignore[call-overload]
    signal.signal(signal.SIGINT, usual)
    with process:
        try:
            yield process
        finally:
            process.kill()


def pushed(settings: StreamSettings) -> list[str]:
    return [orjson.loads(record.value)["id"] for record in read_all(settings, TWEETS)]


def push(replay: subprocess.Popen[bytes], number: int) -> None:
    """Write one line, and keep the pipe open."""
    assert replay.stdin is not None
    replay.stdin.write(b'{"id": "%d", "text": "good"}\n' % number)
    replay.stdin.flush()


@pytest.mark.parametrize("options", [(), ("--speed", "1"), ("--rate", "50")])
def test_each_tweet_of_a_slow_pipe_goes_out_before_the_next_one_comes(
    settings: StreamSettings, options: tuple[str, ...]
) -> None:
    with badbuzz(settings, "replay", "-", *options) as replay:
        for number in range(3):
            push(replay, number)
            wait_until(lambda: len(pushed(settings)) > number, 60, f"{number} is pushed")  # noqa: B023
        _, said = replay.communicate()
        assert replay.returncode == 0
        assert b"sent 3, refused 0" in said
    assert sorted(pushed(settings)) == ["0", "1", "2"]


def test_a_replay_that_waits_for_a_pipe_is_stopped_at_once(settings: StreamSettings) -> None:
    with badbuzz(settings, "replay", "-") as replay:
        push(replay, 1)
        wait_until(lambda: pushed(settings) == ["1"], 60, "it is pushed")
        replay.send_signal(signal.SIGINT)
        assert replay.stderr is not None
        said = replay.stderr.read().decode()
        assert "stopped" in said
        assert "Traceback" not in said
        assert "Fatal" not in said


def test_a_limit_ends_a_replay_though_its_pipe_stays_open(settings: StreamSettings) -> None:
    with badbuzz(settings, "replay", "-", "--limit", "2") as replay:
        for number in range(2):
            push(replay, number)
        assert replay.stderr is not None
        assert b"sent 2, refused 0" in replay.stderr.read()
        assert replay.wait() == 0


def scored(number: int, brand: str | None) -> bytes:
    about = {"brand": brand, "text": f"{brand} says {number}", "label": "negative"}
    model = {"model_name": "m", "model_version": "1", "model_digest": "d"}
    source = {"source_topic": "tweets", "source_partition": 0, "source_offset": number}
    return orjson.dumps(
        {"id": str(number), "p_negative": 0.9, "scored_at": time.time(), **about, **model, **source}
    )


def test_watching_a_brand_shows_and_counts_its_tweets_alone(settings: StreamSettings) -> None:
    values = [scored(n, "acme" if n % 100 == 7 else "other") for n in range(700)]
    send(settings, SCORED, values, partition=0)
    options = ("--from-beginning", "--brand", "acme", "--limit", "5")
    with badbuzz(settings, "watch", *options) as watch:
        said, _ = watch.communicate()
        assert watch.returncode == 0
    lines = said.decode().splitlines()
    assert [line.split("acme says ")[1] for line in lines if "acme says" in line] == [
        "7", "107", "207", "307", "407",
    ]  # fmt: skip
    assert not [line for line in lines if "other says" in line]
    assert any(line.startswith("5 scored") for line in lines)


def test_watching_shows_what_cannot_be_read_as_such_and_nothing_acts_on_the_terminal(
    settings: StreamSettings,
) -> None:
    garbage = [b"", b"null", b"\xff\xfe", b"[" * 50_000, b'{"id": 2e308}', b"1" * 5_000, None]
    hostile = "\x1b]0;x\x07 \u009b31m \u202e [bold] \x1b]52;c;eA==\x07"
    send(settings, SCORED, [*garbage, scored(1, hostile), scored(2, "acme")], partition=0)
    with badbuzz(settings, "watch", "--from-beginning", "--limit", "9") as watch:
        said, error = watch.communicate(timeout=60)
    assert watch.returncode == 0, error
    assert b"Traceback" not in error
    assert "acme says 2" in said.decode()
    assert r"\x1b]0;x" in said.decode()
    assert "are no results" in said.decode()
    for sign in "\x1b\u009b\u202e\x07":
        assert sign not in said.decode()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("t.csv", "late,again\nmore,words\n", "expected a column text"),
        ("t.jsonl", '{"id": 1}\n{"id": 2}\n', "the first refusal: missing: text: Field required"),
        ("t.json", "[]", "it holds no row"),
        ("t.jsonl", "", "it holds no row"),
        ("t.json", '[{"a": 1}', "expected JSON"),
    ],
)
def test_a_replay_that_sends_nothing_says_why_and_fails(
    settings: StreamSettings, tmp_path: Path, name: str, content: str, says: str
) -> None:
    (tmp_path / name).write_text(content)
    with badbuzz(settings, "replay", str(tmp_path / name)) as replay:
        _, error = replay.communicate(timeout=60)
    assert replay.returncode == 1
    assert says in error.decode()
    assert "Traceback" not in error.decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.CSV", "\ufefftweet_id;text;airline\r\n7;late again;acme\r\n"),
        ("t.json", '[{"id": 7, "text": "late again", "airline": "acme"}]'),
    ],
)
def test_files_of_other_programs_are_replayed(
    settings: StreamSettings, tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    with badbuzz(settings, "replay", str(tmp_path / name), "--brand-column", "airline") as replay:
        _, error = replay.communicate(timeout=60)
    assert replay.returncode == 0, error
    (record,) = read_all(settings, TWEETS)
    sent = orjson.loads(record.value)
    assert (sent["id"], sent["text"], sent["brand"]) == ("7", "late again", "acme")


@pytest.mark.parametrize("keeps", [False, True])
def test_a_replay_says_that_it_replaced_the_times_of_a_file_unless_it_keeps_them(
    settings: StreamSettings, tmp_path: Path, keeps: bool
) -> None:
    file = tmp_path / "t.csv"
    file.write_text("id,text,when\n7,late,2015-02-24 11:35:52 -0800\n")
    speed = ("--speed", "50000") if keeps else ()
    with badbuzz(settings, "replay", str(file), "--time-column", "when", *speed) as replay:
        _, error = replay.communicate(timeout=60)
    (record,) = read_all(settings, TWEETS)
    assert (b"1 tweets got the time of now" in error) != keeps
    assert orjson.loads(record.value)["created_at"].startswith("2015-02-24") == keeps
