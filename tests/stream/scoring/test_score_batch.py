import json
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from aiokafka import ConsumerRecord
from aiokafka.partitioner import DefaultPartitioner
from prometheus_client import CollectorRegistry

from sentiment import artefact
from sentiment.brands.catalogue import BrandCatalogue
from sentiment.brands.past import KIND, PAST
from sentiment.card import Card
from sentiment.champion import Running
from sentiment.messages import Mention, ScoredTweet
from sentiment.registry import Pointer
from sentiment.scorer import ModelVersion, Scorer
from sentiment.tokenizer import NgramTokenizer
from stream.batches.batch import Batch
from stream.dlq.dead_letter import size_of, split_headers
from stream.metrics import StreamMetrics
from stream.scoring.score_batch import ScoreBatch, Scoring
from stream.settings import StreamSettings
from stream.transactions.offset_metadata import read_model
from stream.transactions.outputs import Outputs, Record
from stream.transactions.partition_writer import PartitionWriter
from tests.artefacts import make_artefact, make_three_class_artefact
from tests.stream.records import TIMESTAMP_MS, record, tweet
from trainer.graphs.linear_graph import write_linear_graph

MENTION_PARTITIONS = 7
SCORED, LETTERS, MENTIONS = "tweets.scored", "tweets.dlq", "brand.mentions"
POINTER = Pointer(3, "2", "d1ge57")
HEADERS = [("traceparent", b"00-1"), ("empty", b"")]


def work(folder: Path, brands: Path | None = None, **settings: int) -> ScoreBatch:
    """The work on a batch, with the artefact in `folder`."""
    scoring = Scoring(
        StreamSettings(**settings),
        StreamMetrics(CollectorRegistry()),
        BrandCatalogue(StreamSettings(brands_file=brands)),
        MENTION_PARTITIONS,
    )
    scorer = Scorer(folder, ModelVersion("toy", POINTER.version, POINTER.digest), threads=1)
    return ScoreBatch(scoring, Running(POINTER, scorer, time.time()))


def batch(records: Sequence[ConsumerRecord]) -> Batch:
    writer = cast(PartitionWriter, None)  # scoring has no business with it
    return Batch("tweets", 1, 0, len(records), records, writer)


def outputs_of(scoring: ScoreBatch, records: Sequence[ConsumerRecord]) -> Outputs:
    [outputs] = scoring.run([batch(records)])
    return outputs


def scored(outputs: Outputs) -> list[ScoredTweet]:
    return [ScoredTweet.model_validate_json(r.value or b"") for r in outputs.records[SCORED, 1]]


def letters(outputs: Outputs) -> dict[int, tuple[str, str]]:
    """Reason and stage of each dead letter, by the offset that it came from."""
    found = {}
    for one in outputs.records.get((LETTERS, 1), []):
        _, facts = split_headers(one.headers)
        words = (facts["badbuzz.reason"].decode(), facts["badbuzz.stage"].decode())
        found[int(facts["badbuzz.source.offset"])] = words
    return found


def counts(outputs: Outputs) -> Counter[tuple[str, ...]]:
    """By how much each counter rises, by its name and labels."""
    rises: Counter[tuple[str, ...]] = Counter()
    for counter, amount in outputs.counts:
        rises[counter._name, *counter._labelvalues] += amount
    return +rises


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    return make_artefact(tmp_path / "toy")


@pytest.fixture
def brands(tmp_path: Path) -> Path:
    path = tmp_path / "brands.json"
    path.write_text(json.dumps({"united": {"handles": ["@united"]}, "virgin": {"names": ["VX"]}}))
    return path


def test_each_tweet_has_one_valid_result_that_says_where_it_came_from(toy: Path) -> None:
    records = [
        tweet("so late and awful", 0),
        tweet("great, thanks", 1, author="a", lang="en", created_at="2026-01-31T08:00:00Z"),
        tweet("a fact", 5, brand="united"),
    ]
    before = datetime.now(UTC)
    results = scored(outputs_of(work(toy), records))
    assert [r.label for r in results] == ["negative", "positive", "uncertain"]
    assert [r.p_negative for r in results] == pytest.approx(
        [1 / (1 + np.exp(-4)), 1 / (1 + np.exp(4)), 0.5], abs=1e-5
    )
    assert [r.text for r in results] == ["so late and awful", "great, thanks", "a fact"]
    assert [r.source_offset for r in results] == [0, 1, 5]
    assert {(r.source_topic, r.source_partition) for r in results} == {("tweets", 1)}
    assert {(r.model_name, r.model_version, r.model_digest) for r in results} == {
        ("toy", "2", "d1ge57")
    }
    assert all(before <= r.scored_at <= datetime.now(UTC) for r in results)
    assert (results[1].author, results[1].lang) == ("a", "en")
    assert results[1].created_at == datetime(2026, 1, 31, 8, tzinfo=UTC)
    assert results[2].brand == "united"


def test_a_version_of_three_classes_publishes_five_labels_and_all_probabilities(
    tmp_path: Path, brands: Path
) -> None:
    texts = ["so late and awful", "great, thanks", "the gate today", "late, great", "bonjour",
             "@united https://t.co/abc"]  # fmt: skip
    folder = make_three_class_artefact(tmp_path / "toy3")
    records = [tweet(text, n, brand="united") for n, text in enumerate(texts)]
    outputs = outputs_of(work(folder, brands), records)
    results = scored(outputs)
    labels = ["negative", "positive", "neutral", "uncertain", "unsupported", "unsupported"]
    assert [r.label for r in results] == labels
    for result in results[:4]:
        found = [result.p_negative, result.p_neutral, result.p_positive]
        assert sum(p for p in found if p is not None) == pytest.approx(1, abs=3e-6)
    assert all(r.p_negative is r.p_neutral is r.p_positive is None for r in results[4:])
    mentions = [
        Mention.model_validate_json(r.value or b"")
        for (topic, _), found in outputs.records.items()
        if topic == MENTIONS
        for r in found
    ]
    told = {m.source_offset: (m.label, m.p_negative, m.p_neutral, m.p_positive) for m in mentions}
    said = {r.source_offset: (r.label, r.p_negative, r.p_neutral, r.p_positive) for r in results}
    assert told == said
    assert counts(outputs)["badbuzz_tweets", "neutral"] == 1
    assert counts(outputs)["badbuzz_tweets", "unsupported"] == 2


def test_the_text_can_contradict_the_language_that_the_producer_names(tmp_path: Path) -> None:
    folder = make_three_class_artefact(tmp_path / "toy3")
    records = [tweet("so late", 0, lang="ja"), tweet("bonjour", 1, lang="en")]
    results = scored(outputs_of(work(folder), records))
    assert [r.label for r in results] == ["negative", "unsupported"]


def test_key_time_and_headers_pass_through_to_all_that_is_published(
    toy: Path, brands: Path
) -> None:
    value = json.dumps({"id": "1", "text": "@united", "brand": "vx"}).encode()
    good = record(value, 0, b"key", HEADERS)
    bad = record(b"{", 1, None, HEADERS)
    outputs = outputs_of(work(toy, brands), [good, bad])
    (result,) = outputs.records[SCORED, 1]
    assert (result.key, result.timestamp, result.headers) == (b"key", TIMESTAMP_MS, HEADERS)
    (letter,) = outputs.records[LETTERS, 1]
    assert (letter.key, letter.value, letter.timestamp) == (None, b"{", TIMESTAMP_MS)
    assert letter.headers[: len(HEADERS)] == HEADERS
    mentions = [r for (topic, _), rs in outputs.records.items() if topic == MENTIONS for r in rs]
    assert sorted(r.key or b"" for r in mentions) == [b"united", b"vx"]
    assert all(r.headers == HEADERS and r.timestamp == TIMESTAMP_MS for r in mentions)


def test_a_tweet_in_a_language_unknown_to_the_model_is_passed_on_unscored(toy: Path) -> None:
    records = [
        tweet("awful", 0, lang="fr"),
        tweet("awful", 1, lang="en-GB"),
        tweet("awful", 2),
        tweet("awful", 3, lang=""),
        tweet("awful", 4, lang="und"),
        tweet("awful", 5, lang="in"),
    ]
    results = scored(outputs_of(work(toy), records))
    known = [False, True, True, True, True, False]
    assert [r.label for r in results] == ["negative" if k else "unsupported" for k in known]
    assert [r.p_negative is not None for r in results] == known


def test_a_tweet_keeps_its_language_as_it_was_sent_and_fields_that_cannot_be_read_are_counted(
    toy: Path,
) -> None:
    records = [
        tweet("awful", 0, lang="en_US", created_at="Wed Oct 10 20:19:24 +0000 2018"),
        tweet("awful", 1, lang=7, created_at="yesterday"),
        tweet("awful", 2, created_at="0001-01-01T00:00:00", brand="x" * 300),
    ]
    outputs = outputs_of(work(toy), records)
    first, second, third = scored(outputs)
    assert (first.lang, str(first.created_at)) == ("en_US", "2018-10-10 20:19:24+00:00")
    assert (second.lang, second.created_at, third.brand, third.created_at) == (None,) * 4
    counted = {
        tuple(counter._labelvalues): amount
        for counter, amount in outputs.counts
        if len(counter._labelvalues) == 2
    }
    assert counted == {
        ("lang", "type"): 1,
        ("created_at", "unreadable"): 1,
        ("created_at", "absurd"): 1,
        ("brand", "too_long"): 1,
    }


def test_records_that_cannot_be_read_go_to_the_dead_letters_and_hinder_no_other(
    toy: Path,
) -> None:
    records = [record(None, 0), tweet("awful", 1), record(b"{", 2), tweet(" ", 3), tweet("fine", 4)]
    outputs = outputs_of(work(toy), records)
    assert [r.source_offset for r in scored(outputs)] == [1, 4]
    assert letters(outputs) == {0: ("null", "read"), 2: ("json", "read"), 3: ("empty", "read")}


@pytest.fixture
def hashed(tmp_path: Path) -> Path:
    """An artefact over pairs of words and runs of characters, as linear models have them."""
    folder = tmp_path / "hashed"
    folder.mkdir()
    tokenizer = NgramTokenizer(["awful"], pair_buckets=8, run_buckets=8)
    tokenizer.save(folder / artefact.TOKENIZER)
    write_linear_graph(folder / artefact.GRAPH, np.ones(tokenizer.size), 0.0)
    card = Card(candidate="toy", layout="ragged", created_at=datetime.now(UTC))
    artefact.write_card(folder, card)
    return folder


@pytest.mark.parametrize("kind", ["toy", "hashed"])
@pytest.mark.parametrize("records", [[], [record(b"{", 0)], [tweet("awful", 0, lang="fr")]])
def test_a_batch_without_a_text_to_score_asks_nothing_of_the_model(
    kind: str, records: list[ConsumerRecord], request: pytest.FixtureRequest
) -> None:
    outputs = outputs_of(work(request.getfixturevalue(kind)), records)
    assert sum(len(published) for published in outputs.records.values()) == len(records)
    assert {reason for reason, _ in letters(outputs).values()} <= {"json"}


def test_a_model_that_fails_without_a_message_publishes_nothing_and_the_stream_goes_on(
    toy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scoring = work(toy)
    monkeypatch.setattr(scoring._running.scorer.tokenizer, "encode", lambda _: 1 / 0)
    outputs = scoring.isolate(batch([]))
    assert not outputs.records
    assert read_model(outputs.metadata) == POINTER


def test_there_is_one_mention_for_each_brand_of_a_tweet(toy: Path, brands: Path) -> None:
    records = [
        tweet("VX is awful, @united and @United are great", 4, brand="virgin", author="a"),
        tweet("awful", 5, brand="only named", created_at="2026-01-31T08:00:00Z"),
        tweet("awful", 6),
    ]
    outputs = outputs_of(work(toy, brands), records)
    mentions = [
        Mention.model_validate_json(r.value or b"")
        for (topic, _), published in outputs.records.items()
        if topic == MENTIONS
        for r in published
    ]
    assert sorted((m.brand, m.source_offset) for m in mentions) == [
        ("only named", 5),
        ("united", 4),
        ("virgin", 4),
    ]
    by_brand = {m.brand: m for m in mentions}
    assert by_brand["united"].event_time == datetime.fromtimestamp(TIMESTAMP_MS / 1000, UTC)
    assert by_brand["only named"].event_time == datetime(2026, 1, 31, 8, tzinfo=UTC)
    assert by_brand["united"].author == "a"
    results = {r.source_offset: r for r in scored(outputs)}
    for mention in mentions:
        result = results[mention.source_offset]
        assert (mention.label, mention.p_negative) == (result.label, result.p_negative)
        assert (mention.id, mention.text) == (result.id, result.text)
        assert mention.model_version == "2"


def test_a_mention_goes_where_kafkas_own_partitioner_sends_its_brand(toy: Path) -> None:
    names = [f"brand {n} é" for n in range(200)]
    records = [tweet("awful", n, brand=name) for n, name in enumerate(names)]
    outputs = outputs_of(work(toy), records)
    partitions = list(range(MENTION_PARTITIONS))
    seen = 0
    for (topic, partition), published in outputs.records.items():
        if topic == MENTIONS:
            seen += len(published)
            for mention in published:
                expected = DefaultPartitioner()(mention.key, partitions, partitions)
                assert partition == expected
    assert seen == len(names)


def test_a_result_that_kafka_would_refuse_goes_to_the_dead_letters_with_no_mention(
    toy: Path,
) -> None:
    records = [
        tweet("awful", 0, brand="a"),
        tweet("x" * 3_900, 1, brand="a"),
        record(json.dumps({"id": "2", "text": "awful"}).encode(), 2, b"k" * 4_000),
        record(json.dumps({"id": "3", "text": "fine"}).encode(), 3, None, [("h", b"h" * 4_000)]),
        tweet("awful", 4),
    ]
    outputs = outputs_of(work(toy, max_message_bytes=4_096), records)
    assert [r.source_offset for r in scored(outputs)] == [0, 4]
    assert letters(outputs) == dict.fromkeys([1, 2, 3], ("too_large", "publish"))
    assert sum(len(r) for (topic, _), r in outputs.records.items() if topic == MENTIONS) == 1


@pytest.mark.parametrize("named", [True, False])
def test_a_tweet_whose_mention_kafka_would_refuse_goes_to_the_dead_letters_with_no_result(
    toy: Path, tmp_path: Path, named: bool
) -> None:
    limit, brand = 4_096, "b" * 256
    path = tmp_path / "brands.json"
    path.write_text(json.dumps({brand: {"names": ["VX"]}}))
    more = {"brand": brand} if named else {}
    records = [tweet(f"VX {'x' * (2_600 + 4 * n)}", n, **more) for n in range(300)]
    outputs = outputs_of(work(toy, path, max_message_bytes=limit), records)
    published = [r for (topic, _), rs in outputs.records.items() if topic != LETTERS for r in rs]
    assert max(size_of(one) for one in published) <= limit
    mentions = [r for (topic, _), rs in outputs.records.items() if topic == MENTIONS for r in rs]
    told = [json.loads(one.value or b"")["source_offset"] for one in mentions]
    assert told == [result.source_offset for result in scored(outputs)]
    refused = letters(outputs)
    assert set(refused.values()) == {("too_large", "publish")}
    assert sorted([*told, *refused]) == list(range(300))


def test_what_is_counted_is_what_is_published(toy: Path, brands: Path) -> None:
    records = [
        tweet("awful @united", 0, brand="a"),
        tweet("great", 1),
        tweet("awful", 2, lang="fr"),
        tweet("x" * 3_900, 3),
        record(b"{", 4),
    ]
    outputs = outputs_of(work(toy, brands, max_message_bytes=4_096), records)
    assert counts(outputs) == {
        ("badbuzz_tweets", "negative"): 1,
        ("badbuzz_tweets", "positive"): 1,
        ("badbuzz_tweets", "unsupported"): 1,
        ("badbuzz_dead_letters", "too_large"): 1,
        ("badbuzz_dead_letters", "json"): 1,
        ("badbuzz_mentions",): 2,
    }


def test_the_note_names_the_version_that_scored(toy: Path) -> None:
    assert read_model(outputs_of(work(toy), [tweet("awful", 0)]).metadata) == POINTER
    assert read_model(work(toy).isolate(batch([tweet("awful", 0)])).metadata) == POINTER


@pytest.fixture
def poisoned(tmp_path: Path) -> Path:
    """An artefact that answers no number to the word `poison`, nor to any text after it."""
    folder = tmp_path / "poisoned"
    folder.mkdir()
    NgramTokenizer(["awful", "poison"], pair_buckets=0).save(folder / artefact.TOKENIZER)
    write_linear_graph(folder / artefact.GRAPH, np.array([4.0, np.nan]), 0.0)
    card = Card(candidate="toy", layout="ragged", created_at=datetime.now(UTC))
    artefact.write_card(folder, card)
    return folder


@pytest.mark.parametrize("guilty", [{0}, {7}, {12}, {3, 4}, {0, 6, 12}, set(range(13))])
def test_isolation_finds_exactly_the_guilty_messages_and_keeps_the_order(
    poisoned: Path, guilty: set[int]
) -> None:
    records = [tweet("poison" if n in guilty else "awful", n, brand="b") for n in range(13)]
    scoring = work(poisoned)
    with pytest.raises(ValueError, match="probabilities"):
        outputs_of(scoring, records)
    outputs = scoring.isolate(batch(records))
    innocent = [n for n in range(13) if n not in guilty]
    assert letters(outputs) == dict.fromkeys(sorted(guilty), ("score", "score"))
    assert [r.source_offset for r in scored(outputs)] == innocent
    assert {r.label for r in scored(outputs)} <= {"negative"}
    mentions = [r for (topic, _), rs in outputs.records.items() if topic == MENTIONS for r in rs]
    assert [json.loads(r.value or b"")["source_offset"] for r in mentions] == innocent
    rises = counts(outputs)
    assert rises["badbuzz_dead_letters", "score"] == len(guilty)
    assert rises["badbuzz_tweets", "negative"] == rises["badbuzz_mentions",] == len(innocent)


def test_isolation_keeps_unreadable_and_guilty_messages_apart(poisoned: Path) -> None:
    records = [record(b"{", 0), tweet("poison", 1), tweet("awful", 2), record(None, 3)]
    outputs = work(poisoned).isolate(batch(records))
    assert letters(outputs) == {
        0: ("json", "read"),
        1: ("score", "score"),
        3: ("null", "read"),
    }
    assert [r.source_offset for r in scored(outputs)] == [2]


def test_the_value_of_a_dead_letter_is_the_bytes_as_they_came(toy: Path) -> None:
    value = b'{"id": 1, "text": "\xff\xfe"}  '
    (letter,) = outputs_of(work(toy), [record(value, 0)]).records[LETTERS, 1]
    assert isinstance(letter, Record)
    assert letter.value == value


def test_batches_that_are_scored_together_have_the_results_that_each_has_alone(toy: Path) -> None:
    texts = ["so late and awful", "great, thanks", "late", "", "a great flight", "awful"]
    parts = [[tweet(text, n) for n, text in enumerate(some)] for some in (texts[:1], [], texts[1:])]
    scoring = work(toy)
    together = scoring.run([batch(part) for part in parts])
    for part, got in zip(parts, together, strict=True):
        alone = outputs_of(scoring, part)
        assert [r.p_negative for r in scored(got)] == [r.p_negative for r in scored(alone)]
        assert [r.text for r in scored(got)] == [r.text for r in scored(alone)]


def test_a_producers_header_cannot_make_a_mention_look_like_a_brands_past(
    toy: Path, brands: Path
) -> None:
    value = json.dumps({"id": "1", "text": "united again"}).encode()
    sent = record(value, headers=[*HEADERS, (KIND, PAST)])
    outputs = outputs_of(work(toy, brands), [sent])
    [mention] = [r for (topic, _), rs in outputs.records.items() if topic == MENTIONS for r in rs]
    assert mention.headers == HEADERS
    assert outputs.records[SCORED, 1][0].headers == [*HEADERS, (KIND, PAST)]
