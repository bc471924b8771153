"""What a batch of mentions comes to, whatever batch of the same partition comes next."""

import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiokafka import ConsumerRecord
from prometheus_client import CollectorRegistry

from sentiment.brands.past import KIND, PAST
from sentiment.hours import BrandHour
from sentiment.messages import Mention
from stream.batches.batch import Batch
from stream.buzz.brand import BrandState
from stream.buzz.detector import Detector
from stream.buzz.watermark import Watermark
from stream.kafka.changelog import Changelog
from stream.learning.learn import known_minutes, learn
from stream.learning.record import as_past
from stream.mentions.brand_states import BrandStates
from stream.mentions.brand_store import BrandStore
from stream.mentions.mention_batch import MentionBatch, MentionContext
from stream.mentions.room import Room
from stream.metrics import StreamMetrics
from stream.scoring.parsing import parse_tweet
from stream.settings import StreamSettings
from stream.transactions.outputs import Outputs
from tests.stream.buzz.made_up import START, MadeUp, column, sighting
from tests.stream.records import TIMESTAMP_MS, record

SAID = datetime.fromtimestamp(TIMESTAMP_MS / 1000, UTC)


@pytest.fixture
def context() -> MentionContext:
    metrics = StreamMetrics(CollectorRegistry())
    return MentionContext(
        StreamSettings(), metrics, {"buzz.alerts": 4, "brand.hours": 4}, *[lambda _: None] * 4
    )


def batch(first: int, *brands: str) -> Batch:
    """A mention of each brand."""
    records = [
        record(
            Mention(
                brand=brand, id=str(first + place), text=f"text {first + place} of {brand}",
                event_time=SAID, label="negative", p_negative=0.9, model_version="1",
                source_partition=0, source_offset=first + place,
            ).model_dump_json().encode(),
            offset=first + place,
        )
        for place, brand in enumerate(brands)
    ]  # fmt: skip
    end = first + len(records)
    return Batch("brand.mentions", 0, first, end, records, None)  # type: ignore[arg-type]


def state(outputs: Outputs) -> dict[bytes, bytes]:
    """What is to be remembered, by key."""
    return {
        one.key: one.value
        for (topic, _), records in outputs.records.items()
        if topic == "brand.minutes"
        for one in records
        if one.key and one.value
    }


@pytest.fixture
def states(tmp_path: Path) -> Iterator[Callable[..., BrandStates]]:
    """Makes states of a partition with no brand yet."""
    made: list[BrandStates] = []

    def make(most: int = 100) -> BrandStates:
        detector = Detector()
        watermark = Watermark(detector.options.lateness_minutes)
        made.append(BrandStates(detector, watermark, BrandStore(tmp_path), Room(most)))
        return made[-1]

    yield make
    for one in made:
        one.close()
    assert list(tmp_path.iterdir()) == [], "files are removed"


async def changelog(records: Iterable[tuple[bytes | None, bytes | None]]) -> Changelog:
    yield list(records)


def brands(of: BrandStates) -> dict[str, BrandState]:
    return {state.brand: state for state in of.held}


def test_a_batch_keeps_nothing_of_the_next_one_that_is_counted_before_it_is_published(
    context: MentionContext, states: Callable[..., BrandStates]
) -> None:
    batches = batch(0, "acme", "acme"), batch(2, "acme", "new brand")
    alone, both = MentionBatch(context, states()), MentionBatch(context, states())
    expected = state(alone.publish(alone.count(batches[0])))

    first = both.count(batches[0])
    second = both.count(batches[1])
    assert state(both.publish(first)) == expected
    assert any(key.startswith(b"new brand") for key in state(both.publish(second)))


def test_an_hour_that_ended_is_published_once_to_the_brands_partition(
    context: MentionContext, states: Callable[..., BrandStates]
) -> None:
    of = states()
    work = MentionBatch(context, of)
    work.publish(work.count(batch(0, "acme", "acme")))
    tick = MentionBatch(context, of, clock=TIMESTAMP_MS + 120 * 60_000)
    nothing = Batch("brand.mentions", 0, 2, 2, [], None)  # type: ignore[arg-type]
    published = [tick.publish(tick.count(nothing)) for _ in range(2)]
    hours = [
        BrandHour.model_validate_json(one.value or b"")
        for outputs in published
        for (topic, _), records in outputs.records.items()
        if topic == "brand.hours"
        for one in records
    ]
    assert [(hour.brand, hour.mentions, hour.negatives) for hour in hours] == [("acme", 2, 2)]
    assert hours[0].start <= SAID < hours[0].start + timedelta(hours=1)


async def test_what_was_published_is_all_that_a_next_owner_needs(
    context: MentionContext, states: Callable[..., BrandStates]
) -> None:
    batches = batch(0, "acme", "zeta", "acme"), batch(3, "acme", "zeta")
    going_on, taken_over = states(), states()
    work = MentionBatch(context, going_on)
    published = work.publish(work.count(batches[0]))
    await taken_over.restore(changelog(state(published).items()))
    results = [
        state(one.publish(one.count(batches[1])))
        for one in (work, MentionBatch(context, taken_over))
    ]
    assert results[0] == results[1]


async def test_a_batch_of_nothing_but_markers_moves_no_clock(
    context: MentionContext, states: Callable[..., BrandStates]
) -> None:
    former, owner = states(), states()
    work = MentionBatch(context, former)
    await owner.restore(changelog(state(work.publish(work.count(batch(0, "acme")))).items()))
    reached = owner.watermark.minute

    def take(some: Batch, clock: int | None = None) -> None:
        work = MentionBatch(context, owner, clock)
        work.count(some)

    take(Batch("brand.mentions", 0, 1, 3, [], None))  # type: ignore[arg-type]
    take(Batch("brand.mentions", 0, 3, 3, [], None), TIMESTAMP_MS)  # type: ignore[arg-type]
    assert owner.watermark.minute == reached
    take(Batch("brand.mentions", 0, 3, 3, [], None), TIMESTAMP_MS + 120_000)  # type: ignore[arg-type]
    assert owner.watermark.minute == reached + 2 > former.watermark.minute


def past(days: int, brand: str = "acme", ended: int = 0) -> ConsumerRecord:
    """A brand's past of one mention an hour, of two texts."""
    now = TIMESTAMP_MS // 60_000 - ended
    said = [sighting(now - 60 * hour, 0.1, f"text {hour % 2}") for hour in range(days * 24, 0, -1)]
    hours: list[BrandHour] = []
    state = learn(brand, said, Detector(), now, hours)
    sent = as_past(state, len(said), (SAID, SAID), SAID, "1", hours)
    return record(sent.model_dump_json().encode(), headers=[(KIND, PAST)])


def with_past(made: Batch, *records: ConsumerRecord) -> Batch:
    return replace(made, records=[*records, *made.records])


async def test_a_past_is_learned_once_and_what_is_published_restores_it(
    context: MentionContext, states: Callable[..., BrandStates]
) -> None:
    going_on, taken_over = states(), states()
    work = MentionBatch(context, going_on)
    published = work.publish(work.count(with_past(batch(0, "acme"), past(days=3))))
    await taken_over.restore(changelog(state(published).items()))
    for one in (going_on, taken_over):
        assert known_minutes(brands(one)["acme"], 1) >= 70 * 60
        assert brands(one)["acme"].open.steps, "the mention after it is counted"
    counts = [(metric._labelvalues, n) for metric, n in published.counts]
    assert (("taken",), 1) in counts


def test_a_past_replaces_nothing_that_is_known_for_longer(
    context: MentionContext, states: Callable[..., BrandStates]
) -> None:
    for first, second, kept in ((3, 4, 3), (1, 3, 3), (3, 1, 3), (1, 1, 1)):
        own = states()
        work = MentionBatch(context, own)
        work.count(with_past(batch(0), past(first)))
        counted = work.count(with_past(batch(1), past(second)))
        taken = counted.pasts
        assert taken == [kept == second != first]
        assert bool(counted.hours) == (kept == second != first), "of a past that is taken"
        assert round(known_minutes(brands(own)["acme"], 1) / 1_440) == kept


def test_a_past_that_cannot_be_used_goes_to_the_dead_letters(
    context: MentionContext, states: Callable[..., BrandStates]
) -> None:
    own = states()
    work = MentionBatch(context, own)
    broken = record(b'{"brand": "acme"}', headers=[(KIND, PAST)])
    published = work.publish(work.count(with_past(batch(0, "zeta"), broken)))
    assert list(brands(own)) == ["zeta"]
    [letter] = published.records["tweets.dlq", 0]
    assert letter.value == broken.value


async def test_all_that_was_written_bit_by_bit_makes_the_same_brand_at_any_time(
    states: Callable[..., BrandStates],
) -> None:
    going_on, written = states(), dict[bytes, bytes]()
    traffic, chance = MadeUp(5, rate=4.0), random.Random(5)
    state, _ = going_on.state("acme")
    state.open.near_until = START + 10_000  # near copies are looked for all the time
    for minute in range(START, START + 150):
        said = traffic.minute(minute)
        if minute % 3 == 0:
            said = [*said, *said[:2], sighting(minute, 0.9, f"the very same text {minute}")]
        said = [m._replace(author=1 + place % 3) for place, m in enumerate(said)]
        going_on.detector.update(state, said, minute)
        if chance.random() < 0.7:
            going_on.detector.close_minutes(state, minute)
        if chance.random() < 0.5:
            written |= going_on.changes(0, 1, whole=True)
            restored = states()
            await restored.restore(changelog(written.items()))
            assert brands(restored)["acme"] == state
            for name in ("recent", "sketches"):
                theirs, ours = (getattr(s.digests, name) for s in (brands(restored)["acme"], state))
                assert (list(theirs.young), list(theirs.old)) == (list(ours.young), list(ours.old))
    assert sum(column(state, "copies")) > 10


HOSTILE: list[tuple[bytes | None, bytes | None]] = [
    (None, b"{}"),
    (b"", b""),
    (b"\xff\xfe\nclosed", b"{}"),
    (b"acme\nclosed", b"not JSON"),
    (b"acme\nno such part", b"{}"),
    (b"acme\nopen", b'{"until": "yesterday"}'),
    (b"zeta\nclosed", b'{"total": [1e999]}'),
    (b"\nwatermark", b"soon"),
    (b"\nwatermark", b"9" * 5_000),
    (b"\nwatermark", None),
]


async def test_records_that_cannot_be_read_are_skipped_and_counted_and_the_rest_is_restored(
    context: MentionContext, states: Callable[..., BrandStates]
) -> None:
    work = MentionBatch(context, states())
    written = state(work.publish(work.count(batch(0, "acme", "zeta"))))
    skipped = []
    owner = states()
    owner._stored._unreadable = lambda: skipped.append(1)
    await owner.restore(changelog([*written.items(), *HOSTILE]))
    assert {"acme", "zeta"} <= brands(owner).keys()
    assert len(skipped) >= len(HOSTILE) - 1
    assert owner.watermark.dump() == written[b"\nwatermark"]
    again = MentionBatch(context, owner)
    assert again.count(batch(2, "acme", "zeta")).rejects == []


async def test_a_tombstone_means_that_a_part_is_absent(
    context: MentionContext, states: Callable[..., BrandStates]
) -> None:
    work = MentionBatch(context, states())
    written = state(work.publish(work.count(batch(0, "acme", "zeta"))))
    gone = [(key, None) for key in written if key.startswith(b"acme\n")]
    owner = states()
    await owner.restore(changelog([*written.items(), *gone]))
    assert brands(owner).keys() == {"zeta"}


def test_idle_brands_leave_memory_and_come_back_as_they_were(
    context: MentionContext, states: Callable[..., BrandStates]
) -> None:
    names = [f"brand {number}" for number in range(20)]
    few, all_of_them = states(most=3), states()
    for round_ in range(3):
        for place, name in enumerate(names):
            offset = round_ * len(names) + place
            for of in (few, all_of_them):
                MentionBatch(context, of).count(batch(offset, name))
            assert len(few.held) <= 3
    assert len(all_of_them.held) == 20
    for name in names:
        (came_back, _), (stayed, _) = few.state(name), all_of_them.state(name)
        for one in (came_back, stayed):  # but for what depends on when it was written
            one.open.counted, one.open.fresh, one.open.fresh_keys = 0, [], []
        assert came_back == stayed


def test_a_brand_with_an_open_alert_stays_in_memory(
    context: MentionContext, states: Callable[..., BrandStates]
) -> None:
    few = states(most=2)
    alarmed, _ = few.state("alarmed")
    alarmed.closed.alarms["negative"].open(1, 2.0, 3.0)
    work = MentionBatch(context, few)
    counted = work.count(batch(0, "a", "b", "c"))
    assert "alarmed" in brands(few)
    assert len(few.held) == 2
    assert counted.gone == ["a", "b"]


def test_the_open_minutes_of_a_brand_fit_into_a_record_however_many_are_waited_for(
    context: MentionContext, tmp_path: Path
) -> None:
    """One partition of two delivers, and the other one might: nothing is complete yet."""
    context = replace(context, settings=StreamSettings(max_message_bytes=100_000))
    owner = BrandStates(
        Detector(), Watermark(1, sources=2, idle_ms=10**9), BrandStore(tmp_path), Room(100)
    )
    work, minute_ms = MentionBatch(context, owner), 60_000
    for offset in range(0, 3_000, 500):
        one = batch(offset, *["acme"] * 500)
        for place, mention in enumerate(one.records):
            said = datetime.fromtimestamp(
                (TIMESTAMP_MS - (4_000 - offset - place) * minute_ms) / 1000, UTC
            )
            was, now = (moment.isoformat().replace("+00:00", "Z") for moment in (SAID, said))
            one.records[place] = replace(
                mention, value=mention.value.replace(was.encode(), now.encode())
            )
        published = state(work.publish(work.count(one)))
        assert all(len(value) < 100_000 for value in published.values())
    acme = brands(owner)["acme"]
    assert len(acme.open.steps) > 50
    assert acme.open.late == 0, "what comes in order is not late"
    owner.close()


def test_a_history_that_one_partition_of_several_sends_at_once_raises_the_alerts_of_a_backtest(
    context: MentionContext, tmp_path: Path
) -> None:
    """The others might still send what is earlier; so a brand's minutes stay open for days."""
    context = replace(context, settings=StreamSettings(max_message_bytes=200_000))
    dice, first_ms = random.Random(3), TIMESTAMP_MS - 10 * 1_440 * 60_000
    mentions = []
    for minute in range(4 * 1_440):
        burst = 3 * 1_440 < minute < 3 * 1_440 + 25
        for _ in range(12 if burst else dice.randrange(3)):
            bad = dice.random() < (0.9 if burst else 0.2)
            said = f"{'bad' if bad else 'good'} sentence {dice.randrange(5)}, said every hour"
            at = datetime.fromtimestamp((first_ms + minute * 60_000) / 1000, UTC)
            mentions.append(Mention(
                brand="acme", id=str(len(mentions)), text=said, author=f"one {len(mentions)}",
                event_time=at, label="negative" if bad else "positive",
                p_negative=0.9 if bad else 0.1, model_version="1", source_partition=0,
                source_offset=len(mentions),
            ))  # fmt: skip
    sent = [record(one.model_dump_json().encode(), offset=at) for at, one in enumerate(mentions)]

    def opened(sources: int) -> list[tuple[str, datetime]]:
        folder = tmp_path / str(sources)
        folder.mkdir()
        watermark = Watermark(1, sources=sources, idle_ms=30_000)
        owner = BrandStates(Detector(), watermark, BrandStore(folder), Room(100))
        work, found = MentionBatch(context, owner), []
        for at in range(0, len(sent), 500):
            part = sent[at : at + 500]
            found += work.count(
                Batch("brand.mentions", 0, at, at + len(part), part, None)  # type: ignore[arg-type]
            ).alerts
        nothing = Batch("brand.mentions", 0, len(sent), len(sent), [], None)  # type: ignore[arg-type]
        found += MentionBatch(context, owner, clock=TIMESTAMP_MS + 3_600_000).count(nothing).alerts
        owner.close()
        return [(alert.kind, alert.at) for alert in found if alert.state == "open"]

    in_order = opened(sources=1)
    assert [kind for kind, _ in in_order] == ["negative"]
    assert opened(sources=4) == in_order


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"null",
        b"\xff",
        b"[]",
        b"{}",
        b'{"brand": "acme"}',
        b"1" * 5_000,
    ],
)
def test_what_is_no_mention_is_a_dead_letter(
    context: MentionContext, states: Callable[..., BrandStates], value: bytes | None
) -> None:
    good = batch(1, "acme")
    mixed = replace(good, start=0, records=[record(value, offset=0), *good.records])
    work = MentionBatch(context, states())
    outputs = work.publish(work.count(mixed))
    (letter,) = outputs.records["tweets.dlq", 0]
    assert letter.value == value
    assert any(key.startswith(b"acme") for key in state(outputs))


def test_a_time_without_a_zone_is_utc_wherever_the_worker_stands(
    context: MentionContext, states: Callable[..., BrandStates], monkeypatch: pytest.MonkeyPatch
) -> None:
    naive = SAID.replace(tzinfo=None).isoformat()
    try:
        monkeypatch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        one = batch(0, "acme")
        (mention,) = one.records
        written = SAID.isoformat().replace("+00:00", "Z").encode()
        assert written in mention.value
        one.records[0] = replace(mention, value=mention.value.replace(written, naive.encode()))
        owner = states()
        MentionBatch(context, owner).count(one)
        (step,) = brands(owner)["acme"].open.steps
        assert step == TIMESTAMP_MS // 60_000
        tweet = parse_tweet(f'{{"id": "1", "text": "late", "created_at": "{naive}"}}'.encode(), 99)
        assert tweet.created_at == SAID
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "said", ["0001-01-01T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59"]
)
def test_an_absurd_date_costs_no_more_than_its_mention(
    context: MentionContext, states: Callable[..., BrandStates], said: str
) -> None:
    (one,) = batch(0, "acme").records
    absurd = one.value.replace(SAID.isoformat().replace("+00:00", "Z").encode(), said.encode())
    assert said.encode() in absurd
    work = MentionBatch(context, states())
    mixed = Batch(
        "brand.mentions", 0, 0, 2, [record(absurd, offset=0), *batch(1, "acme").records], None
    )  # type: ignore[arg-type]
    started = time.process_time()
    outputs = work.publish(work.count(mixed))
    assert time.process_time() - started < 1
    assert any(key.startswith(b"acme") for key in state(outputs))
