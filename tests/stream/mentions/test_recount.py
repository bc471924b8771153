"""What was counted and not written is counted again by the next owner, to the same end."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiokafka import ConsumerRecord
from prometheus_client import CollectorRegistry

from sentiment.messages import Mention
from stream.batches.batch import Batch
from stream.buzz.brand import BrandState
from stream.buzz.detector import Detector
from stream.buzz.watermark import Watermark
from stream.kafka.changelog import Changelog
from stream.mentions import brand_states
from stream.mentions.brand_states import BrandStates
from stream.mentions.brand_store import BrandStore
from stream.mentions.mention_batch import MentionBatch, MentionContext
from stream.mentions.recount import count_again
from stream.mentions.room import Room
from stream.mentions.stored import UNWRITTEN
from stream.metrics import StreamMetrics
from stream.settings import StreamSettings
from tests.stream.records import TIMESTAMP_MS, record

MINUTE_MS = 60_000
BRANDS = ["acme", "zeta", "air", "rail", "post"]

Sent = list[ConsumerRecord]


@dataclass
class Partition:
    """A partition of mentions, what its owner wrote, and what came out of it."""

    folder: Path
    most: int
    written: dict[bytes, bytes] = field(default_factory=dict)
    found: list[object] = field(default_factory=list)
    late: Counter[str] = field(default_factory=Counter)
    counted_again: int = 0

    def __post_init__(self) -> None:
        self.context = MentionContext(
            StreamSettings(), StreamMetrics(CollectorRegistry()), {}, *[lambda _: None] * 4
        )
        self.owner = self._nobody_knows()

    def take(self, sent: Sent, start: int, end: int, clock: int | None = None) -> None:
        """A batch, or a tick of the clock."""
        part = sent[start:end]
        batch = Batch("brand.mentions", 0, start, end, part, None)  # type: ignore[arg-type]
        counted = MentionBatch(self.context, self.owner, clock).count(batch)
        self.written |= dict(counted.changes)
        self.found += [*counted.alerts, *counted.hours]
        self.late += counted.late

    async def change_owner(self, sent: Sent) -> None:
        """The owner is killed; another one takes over."""
        self.owner.close()
        self.owner = self._nobody_knows()
        await self.owner.restore(_changelog(self.written))
        start, end = self.owner.missing
        self.counted_again += end - start
        for at in range(start, end, 7):
            count_again(self.owner, sent[at : min(at + 7, end)])

    def state(self, brand: str) -> BrandState:
        """What is known of a brand, but for what depends on when it was written."""
        state, _ = self.owner.state(brand)
        self.found += self.owner.detector.close_minutes(state, self.owner.watermark.minute)
        self.found += state.hours
        state.open.counted, state.open.reached = 0, -1
        state.open.fresh, state.open.fresh_keys = [], []
        return state

    def _nobody_knows(self) -> BrandStates:
        detector = Detector()
        watermark = Watermark(detector.options.lateness_minutes, sources=2, idle_ms=30_000)
        return BrandStates(detector, watermark, BrandStore(self.folder), Room(self.most))


async def _changelog(written: dict[bytes, bytes]) -> Changelog:
    yield list(written.items())


@pytest.fixture
def partition(tmp_path: Path) -> Iterator[Callable[[int], Partition]]:
    made: list[Partition] = []

    def make(most: int = 100) -> Partition:
        made.append(Partition(tmp_path, most))
        return made[-1]

    yield make
    for one in made:
        one.owner.close()


def mention(
    offset: int, brand: str, minute: float, *, source: int = 0, text: str = "", author: str = ""
) -> ConsumerRecord:
    """A complaint; the broker took it at the time that it was said, or up to 90 s later."""
    at_ms = int(TIMESTAMP_MS + minute * MINUTE_MS)
    said = Mention(
        brand=brand,
        id=str(offset),
        author=author or None,
        text=text or f"text {offset} of {brand}",
        event_time=datetime.fromtimestamp(at_ms / 1000, UTC),
        label="negative",
        p_negative=0.9,
        model_version="1",
        source_partition=source,
        source_offset=offset,
    )
    made = record(said.model_dump_json().encode(), offset, key=brand.encode())
    made.timestamp = at_ms + offset % 90 * 1_000
    return made


def conversation(seed: int) -> Sent:
    """Ninety minutes of mentions, quiet and busy, with late ones, copies and reposts."""
    dice = random.Random(seed)
    sent: Sent = []
    for minute in range(90):
        for _ in range(dice.choice([0, 5, 40, 80])):
            brand = BRANDS[min(int(dice.expovariate(1)), len(BRANDS) - 1)]
            late = dice.choice([0] * 40 + [0.5] * 5 + [1, 9])
            text = dice.choice([*[""] * 3, f"the same {minute // 20}", f"a chain {minute // 60}"])
            author = dice.choice(["", f"one {dice.randrange(4)}"])
            sent.append(
                mention(
                    len(sent), brand, minute - late, source=dice.randrange(2), text=text,
                    author=author,
                )
            )  # fmt: skip
    return sent


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("most", "unwritten"), [(100, 50_000), (2, 50_000), (100, 60), (2, 25)])
async def test_owners_that_are_killed_at_any_time_come_to_what_one_owner_comes_to(
    partition: Callable[[int], Partition],
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    most: int,
    unwritten: int,
) -> None:
    monkeypatch.setattr(brand_states, "_MOST_UNWRITTEN", unwritten)
    sent, dice = conversation(seed), random.Random(seed)
    disturbed, undisturbed = partition(most), partition(most)
    at = 0
    while at < len(sent):
        end = min(at + dice.randrange(1, 20), len(sent))
        for one in (disturbed, undisturbed):
            one.take(sent, at, end)
        at = end
        if dice.random() < 0.1:
            await disturbed.change_owner(sent)
    await disturbed.change_owner(sent)
    assert disturbed.counted_again > 100
    assert disturbed.late == undisturbed.late
    for brand in BRANDS:
        assert disturbed.state(brand) == undisturbed.state(brand)
    assert sorted(map(repr, disturbed.found)) == sorted(map(repr, undisturbed.found))


async def test_most_mentions_write_no_state(partition: Callable[[int], Partition]) -> None:
    one = partition(100)
    sent = [mention(offset, "acme", offset / 1_000) for offset in range(900)]
    one.take(sent, 0, 10)
    one.written.clear()
    for at in range(10, 900, 10):
        one.take(sent, at, at + 10)
    assert not any(key.startswith(b"acme") for key in one.written)
    one.take(sent, 900, 900, clock=TIMESTAMP_MS)
    assert b"acme\nopen" not in one.written, "more may come at once"
    one.take(sent, 900, 900, clock=TIMESTAMP_MS)
    assert b"acme\nopen" in one.written, "once nothing comes, nothing waits"
    await one.change_owner(sent)
    assert one.owner.missing == (900, 900)


@pytest.mark.parametrize(
    "value", [b"", b"[]", b"[1]", b"[2, 1]", b"[-1, 3]", b'["a", 1]', b"9" * 400]
)
async def test_a_range_that_cannot_be_meant_is_skipped(
    partition: Callable[[int], Partition], value: bytes
) -> None:
    one = partition(100)
    skipped: list[int] = []
    one.owner._stored._unreadable = lambda: skipped.append(1)
    await one.owner.restore(_changelog({UNWRITTEN: value}))
    assert one.owner.missing == (0, 0)
    assert skipped == [1]


async def test_what_no_mention_is_and_what_kafka_has_deleted_stop_nobody(
    partition: Callable[[int], Partition],
) -> None:
    one = partition(100)
    sent = [mention(offset, "acme", offset / 1_000) for offset in range(40)]
    sent[20] = record(b"no mention", 20)
    for at in range(0, 40, 10):
        one.take(sent, at, at + 10)
    await one.change_owner(sent)
    assert sum(step.total for step in one.state("acme").open.steps.values()) == 39
    one.owner.close()
    one.owner = one._nobody_knows()
    await one.owner.restore(_changelog(one.written))
    count_again(one.owner, sent[35:])
    assert sum(step.total for step in one.state("acme").open.steps.values()) == 15


async def test_a_topic_that_was_made_again_is_counted_from_its_beginning(
    partition: Callable[[int], Partition],
) -> None:
    one = partition(100)
    old = [mention(offset, "acme", offset / 1_000) for offset in range(400)]
    one.take(old, 0, 400)
    for _ in range(2):
        one.take(old, 400, 400, clock=TIMESTAMP_MS)
    new = [mention(offset, "acme", offset / 1_000, text=f"new {offset}") for offset in range(30)]
    for at in range(0, 30, 10):
        one.take(new, at, at + 10)
    await one.change_owner(new)
    assert sum(step.total for step in one.state("acme").open.steps.values()) == 430


def test_a_partition_of_many_brands_may_use_what_the_others_leave(tmp_path: Path) -> None:
    room = Room(most=12, partitions=3)
    made = [BrandStates(Detector(), Watermark(1), BrandStore(tmp_path), room) for _ in range(3)]
    for number in range(10):
        made[0].state(f"one {number}")
    assert made[0].changes(0, 1) == []
    assert len(made[0].held) == 10
    for number in range(4):
        made[1].state(f"two {number}")
    for states in made:
        states.changes(1, 2)
    assert [len(states.held) for states in made] == [8, 4, 0], "the one with more than its share"
    made[0].close()
    for number in range(9):
        made[2].state(f"three {number}")
    for states in made[1:]:
        states.changes(2, 3)
    assert [len(states.held) for states in made[1:]] == [4, 8]
    for states in made[1:]:
        states.close()
