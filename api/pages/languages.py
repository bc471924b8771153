"""The languages of the pages: one file of texts each, chosen by the browser or by a switch."""

import json
from functools import cache
from importlib.resources import files

from fastapi import Request

LANGUAGES = ("en", "fr")
"""Those that there is a file of texts for in `static/`; the first is spoken to all others."""
COOKIE = "badbuzz_language"
_MOST_ASKED = 20


@cache
def texts(language: str) -> dict[str, str]:
    """The texts of a language, by key."""
    content = (files("api") / "static" / f"{language}.json").read_text("utf-8")
    found: dict[str, str] = json.loads(content)
    return found


def chosen_language(request: Request) -> str:
    """The language that the person chose on the page, or else the browser's."""
    cookie = request.cookies.get(COOKIE)
    if cookie in LANGUAGES:
        return cookie
    return preferred(request.headers.get("accept-language", ""))


def preferred(accepted: str) -> str:
    """The best of our languages by a header `Accept-Language` (RFC 9110, section 12.5.4).

    >>> preferred("de-DE, fr-CA;q=0.8, en;q=0.7")
    'fr'
    """
    weights: dict[str, float] = {}
    for entry in accepted.split(",")[:_MOST_ASKED]:
        tag, _, weight = entry.partition(";")
        language = tag.strip().partition("-")[0].lower()
        if language in LANGUAGES:
            weights[language] = max(weights.get(language, 0.0), _weight(weight))
    best = max(LANGUAGES, key=lambda one: weights.get(one, 0.0))
    return best if weights.get(best) else LANGUAGES[0]


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if not name:
        return 1.0
    try:
        found = float(value)
    except ValueError:
        return 0.0
    return found if 0 <= found <= 1 else 0.0
