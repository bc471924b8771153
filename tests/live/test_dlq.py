"""`badbuzz dlq` on the real broker."""

import asyncio
import json
import re
import time
import uuid
from collections import Counter
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.structs import TopicPartition
from click.testing import CliRunner, Result

from infra.local.kafka import LocalKafka
from infra.local.ports import free_port
from sentiment.errors import BadMessageError, DeadLetterError, TopicError
from sentiment.topics import DEAD_LETTER_MARKS, DEAD_LETTERS, TWEETS
from stream.commands.dlq import dlq
from stream.dlq.desk import Order
from stream.dlq.handling import handle
from stream.dlq.history import history_of
from stream.dlq.selection import Selection
from stream.kafka.topics import create_topics, created_topics
from stream.settings import StreamSettings
from stream.transactions.outputs import Record
from tests.live.installation import Installation, Tried

pytestmark = pytest.mark.live

EMPTY = BadMessageError("empty", "text: String should match pattern")


@pytest.fixture
def installation(kafka: LocalKafka, monkeypatch: pytest.MonkeyPatch) -> Installation:
    return installed(kafka, monkeypatch)


def installed(kafka: LocalKafka, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An installation of a prefix of its own, which the commands use from now on."""
    prefix = f"{uuid.uuid4().hex[:8]}."
    monkeypatch.setenv("KAFKA_BROKERS", kafka.bootstrap)
    monkeypatch.setenv("BADBUZZ_TOPIC_PREFIX", prefix)
    monkeypatch.setenv("BADBUZZ_PARTITIONS", "2")
    monkeypatch.setenv("BADBUZZ_GROUP", prefix)
    monkeypatch.setenv("COLUMNS", "200")
    settings = StreamSettings()
    asyncio.run(create_topics(settings))
    asyncio.run(created_topics(settings))
    return Installation(settings)


def run(*arguments: str, code: int = 0) -> str:
    result: Result = CliRunner().invoke(dlq, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.output


def rows(*arguments: str, code: int = 0) -> list[dict[str, object]]:
    return [json.loads(line) for line in run(*arguments, "--json", code=code).splitlines()]


def positions(*arguments: str) -> list[str]:
    return [f"{row['partition']}:{row['offset']}" for row in rows("ls", *arguments)]


def delete_before(installation: Installation, topic: str, partition: int, offset: int) -> None:
    """Have Kafka delete records as its retention would."""

    async def delete() -> None:
        admin = AIOKafkaAdminClient(**installation.settings.kafka_client)
        await admin.start()
        place = TopicPartition(installation.settings.topic(topic), partition)
        await admin.delete_records({place: RecordsToDelete(before_offset=offset)})
        await admin.close()

    asyncio.run(delete())


def test_letters_are_selected_by_reason_time_and_position(installation: Installation) -> None:
    installation.die(Tried())
    installation.die(Tried(error=EMPTY), Tried(partition=1), Tried(partition=1))
    assert positions() == ["0:0", "0:1", "1:0", "1:1"]
    assert positions("--reason", "empty") == ["0:1"]
    assert positions("--reason", "empty", "--reason", "json", "1") == ["1:0", "1:1"]
    assert positions("0:1-", "1:0", "1:0-0") == ["0:1", "1:0"]
    assert positions("--since", "1h") == positions()
    assert positions("--until", "1h") == []
    second = str(rows("ls", "0:1")[0]["failed_at"])
    assert positions("0", "--until", second) == ["0:0"]
    assert positions("0", "--since", second) == ["0:1"]


def test_the_list_shows_the_newest_and_counts_all_by_reason(installation: Installation) -> None:
    installation.die(Tried(), Tried(error=EMPTY, partition=1), Tried(partition=1))
    listed = run("ls", "--limit", "2")
    assert re.findall(r"^\d:\d", listed, re.MULTILINE) == ["1:0", "1:1"]
    assert "3 dead letters: json 2, empty 1; the newest 2 are listed" in listed
    assert [row["offset"] for row in rows("ls", "--limit", "1")] == [1]


def test_an_empty_box_says_so(installation: Installation) -> None:
    assert run("ls") == "0 dead letters.\n"
    assert rows("ls") == []


def test_a_letter_is_shown_whole_and_cannot_act_on_the_terminal(
    installation: Installation,
) -> None:
    nasty = Tried(b"\x1b[2Jcaf\xc3\xa9 \xe2\x80\xae[bold]\xff", b"\x07", [("tra\x1bce", b"\x9b1m")])
    installation.die(nasty)
    shown = run("show", "0:0")
    assert r"\x1b[2Jcafé \u202e[bold]\xff" in shown
    assert re.search(r"key +\\x07", shown)
    assert re.search(r"header tra\\x1bce +\\x9b1m", shown)
    assert re.search(rf"from +{re.escape(installation.settings.topic(TWEETS))}:0:0", shown)
    assert "expected value at line 1 column 1" in shown
    assert not set(shown) & {"\x1b", "\x07", "\x9b", "\u202e"}
    (row,) = rows("show", "0:0")
    assert row["value"] == {"text": None, "base64": "G1sySmNhZsOpIOKArltib2xkXf8="}
    assert row["headers"] == [{"name": "tra\x1bce", "text": None, "base64": "mzFt"}]


def test_a_redriven_letter_comes_as_it_came_with_its_history(installation: Installation) -> None:
    headers = [("traceparent", b"00-1"), ("badbuzz.reason", b"a producer's own")]
    installation.die(Tried(b"\x00{", b"k", headers, partition=1))
    assert "to " in run("redrive", "1:0")
    first, again = installation.read(TWEETS)
    assert (again.partition, again.key, again.value) == (first.partition, first.key, first.value)
    assert again.timestamp > first.timestamp, "retention counts from its arrival now"
    assert again.headers[:-1] == tuple(headers)
    (passage,) = history_of(list(again.headers))
    assert passage.reason == "json"
    assert passage.letter == f"{installation.settings.topic(DEAD_LETTERS)}:1:0"
    assert "@" in passage.by


def test_a_letter_is_kept_from_its_failing_on_and_goes_back_young_enough_to_be_read(
    installation: Installation,
) -> None:
    now = int(time.time() * 1000)
    old = now - int(installation.settings.retention_hours * 3_600_000)
    installation.die(Tried(timestamp=old))
    (letter,) = installation.read(DEAD_LETTERS)
    assert letter.timestamp >= now, "Kafka would delete it at once"
    run("redrive", "0:0")
    assert installation.read(TWEETS)[-1].timestamp >= now


def test_a_letter_without_key_and_value_is_redriven(installation: Installation) -> None:
    installation.die(Tried(None, None))
    run("redrive", "0:0")
    assert [(r.key, r.value) for r in installation.read(TWEETS)] == [(None, None)] * 2


def test_a_redriven_letter_is_hidden_and_refused_unless_again(installation: Installation) -> None:
    installation.die(Tried())
    run("redrive", "--everything")
    assert "1 redriven or dropped ones are hidden" in run("ls")
    assert [row["mark"]["state"] for row in rows("ls", "--all")] == ["redriven"]  # type: ignore[index]
    assert "refused 0:0 json redriven already" in run("redrive", "0:0", code=1)
    assert "skipped 0:0 json redriven already" in run("redrive", "--reason", "json")
    assert len(installation.read(TWEETS)) == 2
    run("redrive", "0:0", "--again")
    assert len(installation.read(TWEETS)) == 3


def test_a_letter_that_fails_again_carries_its_whole_history(installation: Installation) -> None:
    installation.die(Tried())
    run("redrive", "0:0")
    back = installation.read(TWEETS)[-1]
    installation.die(Tried(headers=back.headers, error=EMPTY))
    assert [p["reason"] for p in rows("ls")[0]["history"]] == ["json"]  # type: ignore[attr-defined]
    run("redrive", "0:1")
    reasons = [p.reason for p in history_of(list(installation.read(TWEETS)[-1].headers))]
    assert reasons == ["json", "empty"]


def test_a_dropped_letter_is_hidden_and_goes_nowhere(installation: Installation) -> None:
    installation.die(Tried(), Tried())
    run("drop", "0:0")
    assert positions() == ["0:1"]
    assert "dropped already" in run("redrive", "0:0", code=1)
    assert len(installation.read(TWEETS)) == 2
    run("redrive", "0:0", "--again")
    assert [row["mark"]["state"] for row in rows("ls", "0:0", "--all")] == ["redriven"]  # type: ignore[index]


@pytest.mark.parametrize("action", ["redrive", "drop"])
def test_a_dry_run_tells_and_does_nothing(installation: Installation, action: str) -> None:
    installation.die(Tried())
    told = run(action, "--everything", "--dry-run")
    assert "0:0" in told
    assert "dry run, nothing was done" in told
    assert len(installation.read(TWEETS)) == 1
    assert installation.read(DEAD_LETTER_MARKS, "read_uncommitted") == []


@pytest.mark.parametrize("action", ["redrive", "drop", "show"])
def test_without_a_selection_nothing_is_done(installation: Installation, action: str) -> None:
    installation.die(Tried())
    assert "expected positions" in run(action, code=2)
    assert len(installation.read(TWEETS)) == 1


def test_a_position_without_a_letter_is_an_error(installation: Installation) -> None:
    installation.die(Tried())
    assert "refused 0:7" in run("redrive", "0:7", "0:0", code=1)
    assert len(installation.read(TWEETS)) == 2
    with pytest.raises(DeadLetterError, match="0:9: no letter stands there"):
        run("show", "0:9")
    with pytest.raises(TopicError, match=r"one of 0, 1, got 5"):
        run("show", "5:0")


def test_a_truncated_letter_is_redriven_whole(installation: Installation) -> None:
    value = b"x" * 100_000
    installation.die(Tried(value, headers=[("trace", b"1")], max_bytes=50_000))
    (row,) = rows("ls")
    assert (row["truncated"], row["size"]) == (True, 100_000)
    assert "of which the first 16,384 are here" in run("show", "0:0")
    run("redrive", "0:0")
    again = installation.read(TWEETS)[-1]
    assert again.value == value
    assert again.headers[0] == ("trace", b"1")
    assert len(history_of(list(again.headers))) == 1


def test_a_truncated_letter_whose_source_is_gone_is_refused(installation: Installation) -> None:
    installation.die(Tried(b"x" * 100_000, max_bytes=50_000), Tried())
    delete_before(installation, TWEETS, 0, 1)
    told = run("redrive", "0:0", code=1)
    assert "only the first 16384 of 100000 bytes, and Kafka no longer has the rest" in told
    assert len(installation.read(TWEETS)) == 1
    assert positions() == ["0:0", "0:1"]


def test_a_truncated_letter_whose_source_is_another_record_by_now_is_refused(
    installation: Installation,
) -> None:
    installation.die(Tried(b"x" * 100_000, max_bytes=50_000))
    letter = installation.read(DEAD_LETTERS)[0]
    forged = [(n, b"0" * 64 if n == "badbuzz.sha256" else v) for n, v in letter.headers]
    installation.produce(DEAD_LETTERS, (0, Record(0, None, letter.value, forged)))
    assert "holds another record by now" in run("redrive", "0:1", code=1)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"badbuzz.reason": None}, "badbuzz did not write it"),
        ({"badbuzz.source.topic": b"elsewhere"}, "got one from elsewhere"),
        ({"badbuzz.source.partition": b"7"}, "expected partition 7"),
    ],
)
def test_a_letter_that_cannot_go_back_is_refused_and_can_be_dropped(
    installation: Installation, changed: dict[str, bytes | None], why: str
) -> None:
    installation.die(Tried())
    letter = installation.read(DEAD_LETTERS)[0]
    headers = [(name, changed.get(name, value)) for name, value in letter.headers]
    kept = [(name, value) for name, value in headers if value is not None]
    installation.produce(DEAD_LETTERS, (0, Record(0, None, b"", kept)))
    assert why in run("redrive", "0:1", code=1)
    assert positions() == ["0:0", "0:1"]
    run("drop", "0:1")
    assert positions() == ["0:0"]


def test_what_kafka_refuses_leaves_neither_records_nor_marks(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BADBUZZ_TOPIC_PREFIX", small := f"{uuid.uuid4().hex[:8]}.")
    monkeypatch.setenv("BADBUZZ_MAX_MESSAGE_BYTES", "20000")
    settings = StreamSettings()
    asyncio.run(create_topics(settings))
    asyncio.run(created_topics(settings))
    narrow = Installation(settings)
    narrow.die(Tried(), Tried(b"y" * 19_900))
    monkeypatch.setenv("BADBUZZ_MAX_MESSAGE_BYTES", "100000")
    monkeypatch.setenv("BADBUZZ_COMPRESSION", "none")
    assert StreamSettings().topic_prefix == small
    with pytest.raises(TopicError, match="MessageSizeTooLarge"):
        run("redrive", "--everything")
    assert len(narrow.read(TWEETS)) == 2
    assert positions() == ["0:0", "0:1"]


def test_a_letter_too_large_with_its_history_is_refused_before_anything_is_sent(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.die(Tried(), Tried(b"y" * 19_900))
    monkeypatch.setenv("BADBUZZ_MAX_MESSAGE_BYTES", "20000")
    told = run("redrive", "--everything", code=1)
    assert "redriven 0:0" in told
    assert "refused 0:1 json expected at most 20000 bytes with its history" in told
    assert positions() == ["0:1"]


def test_two_redrives_at_once_send_each_letter_once(installation: Installation) -> None:
    letters = 250
    installation.die(Tried())
    template = installation.read(DEAD_LETTERS)[0]
    copies = [
        Record(template.timestamp, str(n).encode(), template.value, list(template.headers))
        for n in range(1, letters)
    ]
    installation.produce(DEAD_LETTERS, *((0, copy) for copy in copies))
    order = Order(Selection(), "redriven", "test")

    earlier, later = Counter[str](), Counter[str]()

    async def both() -> None:
        async for outcome in handle(installation.settings, order):
            earlier[outcome.state] += 1
            if earlier.total() == 1:
                async for other in handle(installation.settings, order):
                    later[other.state] += 1

    with pytest.raises(DeadLetterError, match="stopped this one"):
        asyncio.run(both())
    assert later == {"skipped": 200, "redriven": 50}
    assert earlier == {"redriven": 200}
    keys = Counter(record.key for record in installation.read(TWEETS)[1:])
    assert keys == Counter({copy.key: 1 for copy in copies} | {b"key": 1})


def test_a_redrive_that_died_in_its_transaction_is_settled_and_done_anew(
    installation: Installation,
) -> None:
    installation.die(Tried())
    settings = installation.settings

    async def die_in_transaction() -> None:
        producer = AIOKafkaProducer(
            **settings.kafka_client,
            transactional_id=f"{settings.group}-{settings.topic(DEAD_LETTERS)}",
        )
        await producer.start()
        await producer.begin_transaction()
        await producer.send_and_wait(settings.topic(TWEETS), b"half done", partition=0)
        await producer.send_and_wait(settings.topic(DEAD_LETTER_MARKS), b"{}", b"0:0")
        producer._sender.sender_task.cancel()
        await producer.client.close()

    asyncio.run(die_in_transaction())
    run("redrive", "0:0")
    assert [record.value for record in installation.read(TWEETS)] == [b"{broken", b"{broken"]
    assert b"half done" in [r.value for r in installation.read(TWEETS, "read_uncommitted")]


def test_a_broker_killed_after_a_redrive_sends_no_letter_twice_and_loses_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LocalKafka(tmp_path, free_port()) as broker:
        installation = installed(broker, monkeypatch)
        installation.die(*(Tried(key=b"%d" % number) for number in range(3)))
        for number in range(3):
            run("redrive", f"0:{number}")
            broker.kill()  # before its transaction log has been acted on
            broker.start()
        run("redrive", "--everything")
        keys = Counter(record.key for record in installation.read(TWEETS))
        assert keys == {b"%d" % number: 2 for number in range(3)}, "as it came, and again"


def test_marks_of_letters_that_kafka_deleted_are_taken_off(installation: Installation) -> None:
    installation.die(Tried(), Tried(), Tried())
    run("drop", "0:0", "0:1")
    delete_before(installation, DEAD_LETTERS, 0, 1)
    run("drop", "0:2")
    last = {record.key: record.value for record in installation.read(DEAD_LETTER_MARKS)}
    assert last[b"0:0"] is None
    assert last[b"0:1"] is not None
    assert positions("--all") == ["0:1", "0:2"]


def test_the_mark_of_an_earlier_letter_at_the_same_position_hides_no_other(
    installation: Installation,
) -> None:
    installation.die(Tried())
    run("drop", "0:0")
    mark = next(r for r in installation.read(DEAD_LETTER_MARKS))
    assert positions() == []
    stale = json.loads(mark.value) | {"failed_at": "2001-01-01T00:00:00Z"}
    value = json.dumps(stale).encode()
    installation.produce(
        DEAD_LETTER_MARKS, (mark.partition, Record(mark.timestamp, mark.key, value, []))
    )
    assert positions() == ["0:0"]


def test_missing_topics_are_named_with_the_command_that_makes_them(
    kafka: LocalKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_BROKERS", kafka.bootstrap)
    monkeypatch.setenv("BADBUZZ_TOPIC_PREFIX", "never-made.")
    with pytest.raises(TopicError, match=r"never-made\..*badbuzz topics create"):
        run("ls")
