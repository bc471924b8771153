"""Fills a page's texts in: `{{key}}` in the file stands for the text of that key."""

import re
from functools import cache
from html import escape
from importlib.resources import files

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.pages.languages import LANGUAGES, chosen_language, texts

_PLACE = re.compile(r"\{\{([a-z_.]+)\}\}")


def page(request: Request, name: str, **facts: object) -> HTMLResponse:
    """A page in the reader's language.

    Args:
        name: of its file in `static/`.
        facts: what the page's scripts need to know; they stand in `data-` attributes of its body.
    """
    language = chosen_language(request)
    given = "".join(
        f' data-{key.replace("_", "-")}="{escape(str(value))}"' for key, value in facts.items()
    )
    content = filled(name, language).replace("<body", f"<body{given}", 1)
    return HTMLResponse(content, headers={"vary": "accept-language, cookie"})


@cache
def filled(name: str, language: str) -> str:
    """The file with the texts of a language.

    Raises:
        KeyError: a text is missing.
    """
    known = texts(language) | {"language": language}
    raw = (files("api") / "static" / name).read_text("utf-8")
    raw = raw.replace("{{languages}}", _switch(language))
    return _PLACE.sub(lambda place: escape(known[place[1]]), raw)


def _switch(language: str) -> str:
    buttons = "".join(
        f'<button type="button" data-language="{one}" lang="{one}" '
        f'aria-pressed="{str(one == language).lower()}">{escape(texts(one)["language.name"])}'
        "</button>"
        for one in LANGUAGES
    )
    label = escape(texts(language)["language.switch"])
    return f'<span class="languages" role="group" aria-label="{label}">{buttons}</span>'
