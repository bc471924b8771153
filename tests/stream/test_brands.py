import json
import os
from pathlib import Path

import pytest

from sentiment.errors import SettingsError
from stream import brands
from stream.brands import BrandFile, BrandFinder, BrandNames, names_of

FINDER = BrandFinder(
    {
        "united": BrandNames(handles=["@united"], names=["United Airlines", "UAL"]),
        "air-france": BrandNames(handles=["@airfrance"], names=["Air France", "AF"]),
        "l'oréal": BrandNames(names=["L'Oréal"]),
        "c++": BrandNames(names=["C++"]),
        "straße": BrandNames(names=["Straße"]),
        "jal": BrandNames(names=["日本航空"]),
    }
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@united is late", {"united"}),
        ("thanks, United.", {"united"}),
        ("UNITED AIRLINES lost my bag", {"united"}),
        ("(ual)", {"united"}),
        ("air france and united", {"air-france", "united"}),
        ("AÍR FRÁNCE", {"air-france"}),
        ("Ai\u0301r France", {"air-france"}),
        ("l'oreal or L'ORÉAL", {"l'oréal"}),
        ("I write c++ daily", {"c++"}),
        ("meet me at the STRASSE", {"straße"}),
        ("\uff35\uff2e\uff29\uff34\uff25\uff24 airlines", {"united"}),
        ("#united", {"united"}),
        ("@united's crew", {"united"}),
        ("日本航空!", {"jal"}),
        ("nothing here", set()),
        ("", set()),
    ],
)
def test_a_brand_is_found_whatever_the_case_and_the_accents(text: str, found: set[str]) -> None:
    assert FINDER.find(text) == found


@pytest.mark.parametrize(
    "text", ["unitedly", "reunited", "@united_fan", "aircraft", "airfrance2", "DUAL", "after"]
)
def test_a_name_inside_a_longer_word_is_no_mention(text: str) -> None:
    assert FINDER.find(text) == set()


def test_the_longest_name_wins_where_one_begins_another() -> None:
    finder = BrandFinder({"air": BrandNames(names=["Air"]), "af": BrandNames(names=["Air France"])})
    assert finder.find("air france") == {"af"}
    assert finder.find("air asia") == {"air"}


def test_names_without_a_sign_find_nothing() -> None:
    assert BrandFinder({"x": BrandNames(handles=["@", ""], names=[" "])}).find("@ a  b") == set()
    assert BrandFinder({}).find("anything") == set()


def write(path: Path, content: str, age: int) -> None:
    path.write_text(content, "utf-8")
    os.utime(path, (age, age))


def brand(name: str) -> str:
    return json.dumps({name: {"names": [name]}})


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(brands, "_LOOK_EVERY_SECONDS", 0.0)
    path = tmp_path / "brands.json"
    write(path, brand("old"), 1)
    return path


def test_a_changed_file_is_read_anew(file: Path) -> None:
    known = BrandFile(file)
    assert known.finder.find("old new") == {"old"}
    write(file, brand("new"), 2)
    assert known.finder.find("old new") == {"new"}


@pytest.mark.parametrize("broken", ["{", "[]", '{"new": {"nicknames": ["new"]}}', '{"new": 3}'])
def test_a_broken_file_changes_nothing_and_is_said_once(
    file: Path, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    known = BrandFile(file)
    write(file, broken, 2)
    for _ in range(3):
        assert known.finder.find("old new") == {"old"}
    assert [r.levelname for r in caplog.records] == ["ERROR"]
    assert "The brands stay as they were" in caplog.text
    write(file, brand("new"), 3)
    assert known.finder.find("old new") == {"new"}


def test_a_file_that_is_gone_changes_nothing_until_it_is_back(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    known = BrandFile(file)
    file.unlink()
    for _ in range(3):
        assert known.finder.find("old") == {"old"}
    assert len(caplog.records) == 1
    write(file, brand("new"), 2)
    assert known.finder.find("new") == {"new"}


def test_a_file_that_is_broken_at_the_start_is_an_error_for_people(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"BADBUZZ_BRANDS_FILE=.*none\.json"):
        BrandFile(tmp_path / "none.json")
    write(tmp_path / "bad.json", '{"united": ["@united"]}', 1)
    with pytest.raises(SettingsError, match="expected JSON like"):
        BrandFile(tmp_path / "bad.json")


def test_a_tweet_is_about_the_brand_that_its_producer_named_too(file: Path) -> None:
    known = BrandFile(file)
    assert set(names_of(known, "named", "an old plane")) == {"named", "old"}
    assert set(names_of(known, None, "a plane")) == set()
    assert set(names_of(BrandFile(None), "named", "old")) == {"named"}
