"""File and topic as one: which wins, and that whatever comes on the topic stops nothing."""

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiokafka import ConsumerRecord

from sentiment.brands import catalogue
from sentiment.brands.catalogue import BrandCatalogue, merged
from sentiment.brands.file import BrandNames
from sentiment.brands.record import Brand
from sentiment.brands.topic import BrandTable
from sentiment.settings import Settings
from tests.stream.records import record

NOW = datetime(2026, 3, 1, tzinfo=UTC)
UNITED = {"united": BrandNames(names=["United"])}


def brand(name: str, *names: str) -> Brand:
    return Brand(name=name, names=list(names), added_at=NOW)


def put(one: Brand) -> ConsumerRecord:
    return record(one.model_dump_json().encode(), key=one.key.encode())


def test_a_brand_that_people_added_wins_under_the_spelling_of_the_file() -> None:
    found = merged(UNITED, {"united": brand("UNITED", "UAL"), "air": brand("Air", "air")})
    assert list(found) == ["united", "Air"]
    assert found["united"].names == ("UAL",)
    assert [one.source for one in found.values()] == ["topic", "topic"]


def test_a_brand_of_the_file_is_back_once_the_added_one_is_removed() -> None:
    assert merged(UNITED, {})["united"].names == ("United",)


def test_the_last_record_of_a_key_counts_and_a_tombstone_removes_it() -> None:
    table = BrandTable(10, lambda: None)
    for one in (brand("Air", "a1"), brand("Bus", "b1"), brand("AIR", "a2")):
        table.apply(put(one))
    assert [table.brands[key].names for key in ("air", "bus")] == [["a2"], ["b1"]]
    table.apply(record(None, key=b"air"))
    table.apply(record(None, key=b"never was"))
    assert list(table.brands) == ["bus"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"air", b"{"),
        (b"air", b'{"name": "air"}'),
        (b"air", b"\xff\xfe"),
        (b"other", brand("Air").model_dump_json().encode()),
        (None, brand("Air").model_dump_json().encode()),
        (b"\xff", None),
    ],
)
def test_what_is_no_brand_is_skipped_and_counted_and_changes_nothing(
    key: bytes | None, value: bytes | None
) -> None:
    skipped: list[None] = []
    table = BrandTable(10, lambda: skipped.append(None))
    table.apply(put(brand("Air", "a1")))
    table.apply(record(value, key=key))
    assert table.brands["air"].names == ["a1"]
    assert len(skipped) == 1


def test_brands_beyond_the_limit_are_skipped_and_those_known_still_change() -> None:
    skipped: list[None] = []
    table = BrandTable(2, lambda: skipped.append(None))
    for one in (brand("a"), brand("b"), brand("c"), brand("a", "again")):
        table.apply(put(one))
    assert list(table.brands) == ["a", "b"]
    assert table.brands["a"].names == ["again"]
    assert len(skipped) == 1


async def test_what_is_put_and_dropped_counts_at_once(tmp_path: Path) -> None:
    known = BrandCatalogue(Settings(_env_file=None))
    assert known.finder.find("air") == set()
    await known.put(brand("Air", "air"))
    assert known.finder.find("AIR!") == {"Air"}
    assert not known.is_read, "only reading the topic tells what else there is"
    await known.drop("air")
    assert known.finder.find("air") == set()


async def test_a_changed_file_is_followed_without_holding_up_the_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "_REFRESH_SECONDS", 0.01)
    path = tmp_path / "brands.json"
    path.write_text(json.dumps({"old": {"names": ["old"]}}))
    os.utime(path, (1, 1))
    known = BrandCatalogue(Settings(_env_file=None, brands_file=path))
    assert known.finder.find("old new") == {"old"}
    following = asyncio.create_task(known._follow_file())
    path.write_text(json.dumps({"new": {"names": ["new"]}}))
    os.utime(path, (2, 2))
    async with asyncio.timeout(10):
        while known.finder.find("old new") != {"new"}:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    following.cancel()
