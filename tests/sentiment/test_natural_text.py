"""Text for multilingual encoders: names and links leave no trace, the rest keeps its language."""

import pytest

from sentiment.natural_text import natural


@pytest.mark.parametrize(
    "text",
    [
        "the flight was late",
        "@united the flight was late",
        "@united @delta the flight @someone was late https://t.co/a www.example.com",
        "RT @one: RT @two the flight was late http://t.co/\u2026",
        "the flight was late http",
    ],
)
def test_names_and_links_leave_no_trace(text: str) -> None:
    assert natural(text) == "the flight was late"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#BoycottThree #quebec_fail #COVID19", "Boycott Three quebec fail covid 19"),
        ("WORST service EVER, OK?", "worst service ever, OK?"),
        ("sooooo goooood!!!!!", "soo good!!"),
        ("cher: 10000 \u20ac", "cher: 10000 \u20ac"),
        ("\U0001f44d\U0001f3fd \U0001f621\U0001f621", "\U0001f44d \U0001f621\U0001f621"),
        (
            "caf\u00e9 \u0634\u0631\u0643\u0629 \u0938\u0947\u0935\u093e",
            "caf\u00e9 \u0634\u0631\u0643\u0629 \u0938\u0947\u0935\u093e",
        ),
        ("https://t.co/a @b", ""),
        ("httpd is fine", "httpd is fine"),
    ],
)
def test_the_rest_keeps_its_language(text: str, expected: str) -> None:
    assert natural(text) == expected
