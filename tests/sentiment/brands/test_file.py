import json
import os
from pathlib import Path

import pytest

from sentiment.brands.file import BrandFile
from sentiment.brands.finder import BrandFinder
from sentiment.errors import SettingsError


def write(path: Path, content: str, age: int) -> None:
    path.write_text(content, "utf-8")
    os.utime(path, (age, age))


def brand(name: str) -> str:
    return json.dumps({name: {"names": [name]}})


def found(known: BrandFile, text: str) -> set[str]:
    return BrandFinder(known.brands).find(text)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "brands.json"
    write(path, brand("old"), 1)
    return path


def test_a_changed_file_is_read_anew(file: Path) -> None:
    known = BrandFile(file)
    assert found(known, "old new") == {"old"}
    write(file, brand("new"), 2)
    known.refresh()
    assert found(known, "old new") == {"new"}


@pytest.mark.parametrize("broken", ["{", "[]", '{"new": {"nicknames": ["new"]}}', '{"new": 3}'])
def test_a_broken_file_changes_nothing_and_is_said_once(
    file: Path, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    known = BrandFile(file)
    write(file, broken, 2)
    for _ in range(3):
        known.refresh()
        assert found(known, "old new") == {"old"}
    assert [r.levelname for r in caplog.records] == ["ERROR"]
    assert "The brands stay as they were" in caplog.text
    write(file, brand("new"), 3)
    known.refresh()
    assert found(known, "old new") == {"new"}


def test_a_file_that_is_gone_changes_nothing_until_it_is_back(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    known = BrandFile(file)
    file.unlink()
    for _ in range(3):
        known.refresh()
        assert found(known, "old") == {"old"}
    assert len(caplog.records) == 1
    write(file, brand("new"), 2)
    known.refresh()
    assert found(known, "new") == {"new"}


def test_a_file_that_is_broken_at_the_start_is_an_error_for_people(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"BADBUZZ_BRANDS_FILE=.*none\.json"):
        BrandFile(tmp_path / "none.json")
    write(tmp_path / "bad.json", '{"united": ["@united"]}', 1)
    with pytest.raises(SettingsError, match="expected JSON like"):
        BrandFile(tmp_path / "bad.json")
