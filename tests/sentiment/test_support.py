"""Which texts a version is asked about."""

import time
from datetime import UTC, datetime

import pytest

from sentiment.card import Card
from sentiment.support import says_something, select

CARD = Card(candidate="c", layout="ragged", created_at=datetime.now(UTC), languages=["en", "fr"])


@pytest.mark.parametrize(
    "text",
    ["@united", "@united @delta: https://t.co/abc", "RT @united: http://a.b/c?d=e", "  ", "",
     ".@united\u2026", "\uff20united", "\u200b", "www.example.com", "rt @a via @b",
     "@a\u00a0@b\u2003http://a.b", "@united&nbsp;@delta", "\u2066@united\u2069"],
)  # fmt: skip
def test_names_and_links_say_nothing(text: str) -> None:
    assert not says_something(text)


@pytest.mark.parametrize(
    "text",
    ["@united :(", "@united ?", "#boycottdelta", "\U0001f621", "artist", "@united no", "1",
     "@ united", "https://t.co/abc late", "\u4f60\u597d", "@united \u2764\ufe0f",
     "@united &amp; co", "@a&lt;3"],
)  # fmt: skip
def test_all_else_says_something(text: str) -> None:
    assert says_something(text)


@pytest.mark.parametrize("piece", ["@a", "http://", ":.", "@a:", "RT ", "www.", "\u2026"])
def test_no_text_takes_long(piece: str) -> None:
    started = time.process_time()
    says_something(piece * 50_000 + "!")
    assert time.process_time() - started < 0.5


def test_rows_of_foreign_languages_and_of_names_alone_are_left_out() -> None:
    texts = ["late", "late", "@united", "tard", "sp\xe4t"]
    asked = select(CARD, texts, ["en", None, "en", "fr-CA", "de"])
    assert (asked.total, asked.rows) == (5, [0, 1, 3])
    assert asked.least.tolist() == [0, 0, 0]
