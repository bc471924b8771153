import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.card import Card
from sentiment.reading.languages import language_of


@pytest.mark.parametrize(
    ("language", "tags"),
    [
        ("en", ["en", "EN", "en-US", "en_US", "eng", "ENG", "en-Latn-US", "en_US.UTF-8", " en "]),
        ("fr", ["fr", "fr-CA", "fra", "fre", "FR_fr"]),
        ("de", ["de", "deu", "ger", "de-CH-1996"]),
        ("zh", ["zh", "zho", "chi", "cmn", "zh-Hant-TW", "zh_CN"]),
        ("he", ["he", "iw", "heb"]),
        ("id", ["id", "in", "ind"]),
        ("pt", ["pt-BR", "por"]),
        ("nl", ["dut", "nld"]),
        ("fil", ["fil"]),
        ("ckb", ["ckb"]),
        (
            None,
            [None, "", " ", "und", "UND", "und-Latn", "zxx", "mul", "mis", "qme", "qht", "qam",
             "qst", "qtz", "xx", "zz", "xyz", "english", "e", "12", "-", "en US", "en,fr", "\x00",
             "x-private", "a" * 5_000, "en-" + "x" * 5_000, "\u00e9n", "\ud83d"],
        ),
    ],
)  # fmt: skip
def test_a_tag_names_its_language_or_none(language: str | None, tags: list[str | None]) -> None:
    assert {tag: language_of(tag) for tag in tags} == dict.fromkeys(tags, language)


@given(st.text(max_size=80))
def test_any_text_names_a_language_or_none(tag: str) -> None:
    language = language_of(tag)
    assert language is None or (
        language.isascii() and language.islower() and 2 <= len(language) <= 3
    )


def test_a_version_is_asked_about_its_languages_however_they_are_written() -> None:
    card = Card(candidate="x", layout="ragged", created_at="2026-01-01T00:00:00Z")  # type: ignore[arg-type]
    assert all(map(card.supports, ["en", "eng", "en_US", "und", "qme", "", "xx", None]))
    assert not any(map(card.supports, ["fr", "fra", "in", "fil"]))
