import time

import pytest

from sentiment.brands.file import BrandNames
from sentiment.brands.finder import BrandFinder

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


def test_a_name_that_several_brands_share_counts_for_each() -> None:
    shared = BrandNames(handles=["@Delta"], names=["delta"])
    assert BrandFinder({"taps": shared, "airline": shared}).find("Delta!") == {"taps", "airline"}


def test_a_text_costs_the_same_however_many_names_are_looked_for() -> None:
    """All names are looked for at once. One after another, a thousand took 100 times as long."""
    few, many = (
        BrandFinder(
            {f"brand {n}": BrandNames(names=[f"brand {n} of many", f"b{n}"]) for n in range(count)}
        )
        for count in (10, 1_000)
    )
    texts = ["!" * 4_000, "brand " * 600, "late again with brand 7 of many"]
    seconds = [min(_seconds(finder, texts) for _ in range(5)) for finder in (few, many)]
    assert seconds[1] < 10 * seconds[0]


def _seconds(finder: BrandFinder, texts: list[str]) -> float:
    started = time.process_time()
    for text in texts:
        finder.find(text)
    return time.process_time() - started
