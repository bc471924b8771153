"""What a batch of mentions comes to, whatever batch of the same partition comes next."""

import random
from datetime import UTC, datetime

import pytest
from prometheus_client import CollectorRegistry

from sentiment.messages import Mention
from stream.batch import Batch, Outputs
from stream.buzz.detector import Detector
from stream.buzz.watermark import Watermark
from stream.metrics import StreamMetrics
from stream.settings import StreamSettings
from stream.watching import Memory, WatchBatch, Watching
from tests.stream.buzz.made_up import START, MadeUp, sighting
from tests.stream.records import TIMESTAMP_MS, record

SAID = datetime.fromtimestamp(TIMESTAMP_MS / 1000, UTC)


@pytest.fixture
def watching() -> Watching:
    metrics = StreamMetrics(CollectorRegistry())
    return Watching(StreamSettings(), metrics, 4, lambda _: None, lambda _: None)


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


def memory() -> Memory:
    detector = Detector()
    return Memory(detector, Watermark(detector.options.lateness_minutes))


def test_a_batch_remembers_nothing_of_the_next_one_that_is_counted_before_it_is_published(
    watching: Watching,
) -> None:
    batches = batch(0, "acme", "acme"), batch(2, "acme", "new brand")
    alone, both = WatchBatch(watching, memory()), WatchBatch(watching, memory())
    expected = state(alone.publish(alone.count(batches[0])))

    first = both.count(batches[0])
    second = both.count(batches[1])
    assert state(both.publish(first)) == expected
    assert any(key.startswith(b"new brand") for key in state(both.publish(second)))


def test_what_was_published_is_all_that_a_next_owner_needs(watching: Watching) -> None:
    batches = batch(0, "acme", "zeta", "acme"), batch(3, "acme", "zeta")
    going_on, taken_over = memory(), memory()
    work = WatchBatch(watching, going_on)
    published = work.publish(work.count(batches[0]))
    taken_over.load(state(published).items())
    results = [
        state(one.publish(one.count(batches[1])))
        for one in (work, WatchBatch(watching, taken_over))
    ]
    assert results[0] == results[1]


def test_a_batch_of_nothing_but_markers_moves_no_clock(watching: Watching) -> None:
    former, owner = memory(), memory()
    work = WatchBatch(watching, former)
    owner.load(state(work.publish(work.count(batch(0, "acme")))).items())
    reached = owner.watermark.minute

    def take(some: Batch, clock: int | None = None) -> None:
        work = WatchBatch(watching, owner, clock)
        work.count(some)

    take(Batch("brand.mentions", 0, 1, 3, [], None))  # type: ignore[arg-type]
    take(Batch("brand.mentions", 0, 3, 3, [], None), TIMESTAMP_MS // 60_000)  # type: ignore[arg-type]
    assert owner.watermark.minute == reached
    take(Batch("brand.mentions", 0, 3, 3, [], None), TIMESTAMP_MS // 60_000 + 2)  # type: ignore[arg-type]
    assert owner.watermark.minute == reached + 2 > former.watermark.minute


def test_all_that_was_written_bit_by_bit_makes_the_same_brand_at_any_time() -> None:
    going_on, written = memory(), dict[bytes, bytes]()
    traffic, chance = MadeUp(5, rate=4.0), random.Random(5)
    state = going_on.state("acme")
    state.open.near_until = START + 10_000  # near copies are looked for all the time
    for minute in range(START, START + 150):
        said = traffic.minute(minute)
        if minute % 3 == 0:
            said = [*said, *said[:2], sighting(minute, 0.9, f"the very same text {minute}")]
        going_on.detector.update(state, said, minute)
        if chance.random() < 0.7:
            going_on.detector.close_minutes(state, minute)
        if chance.random() < 0.5:
            written |= going_on.changes()
            restored = memory()
            restored.load(written.items())
            assert restored.brands["acme"] == state
            for name in ("recent", "sketches"):
                theirs, ours = (getattr(s.digests, name) for s in (restored.brands["acme"], state))
                assert (list(theirs.young), list(theirs.old)) == (list(ours.young), list(ours.old))
    assert sum(state.closed.copies) > 50
