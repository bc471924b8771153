"""The pages speak every language alike: the same keys and values, and no text outside the files."""

import json
import re
from pathlib import Path

import pytest

from api.pages.html import filled
from api.pages.languages import LANGUAGES, preferred, texts
from api.routes.page import STATIC

FOLDER = Path(str(STATIC))
SCRIPTS = sorted(FOLDER.glob("*.js"))
PAGES = sorted(page for page in FOLDER.glob("*.html") if page.name != "docs.html")
"""The API's reference is in English, as the contract that it shows."""
PLURALS = re.compile(r"\.(one|many|other)$")
CALL = re.compile(
    r"""\bt\(\s*(?:[^()"'`]*\?\s*)?(["`])((?:(?!\1).)+)\1(?:\s*:\s*\1((?:(?!\1).)+)\1)?"""
)
GROUP = re.compile(r"""\bnamed\("([^"]+)\"""")
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`', re.DOTALL)
KEY = re.compile(r"""["`]([a-z_]+(?:\.(?:[\w-]|\$\{[^}]*\})+)*)["`]""")
COMMENT = re.compile(r"(?m)(?<![:\"'`])//.*$")
NAMES = {  # of the browser: keys, events, methods and headers
    "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Enter", "Escape",
    "Content-Type", "GET", "POST", "DELETE", "Retry-After", "Idempotency-Key",
    "Notification", "badbuzz ·", "· badbuzz",
}  # fmt: skip
ALSO_CLASSES = re.compile(r"^[a-z0-9 #.\[\]=>:,;/()_-]*$")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys_and_values(language: str) -> None:
    mine, first = texts(language), texts(LANGUAGES[0])
    assert list(mine) == list(first), "the same keys in the same order"
    for key, text in mine.items():
        assert values(text) == values(first[key]), key
        assert text.strip(), key


def values(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_text_that_a_script_asks_for_is_there(script: Path) -> None:
    known = texts(LANGUAGES[0])
    for key in asked(script.read_text("utf-8")):
        pattern = re.compile(re.sub(r"\\\$\\\{.*?\\\}", r"[\\w.-]+", re.escape(key)))
        assert any(pattern.fullmatch(PLURALS.sub("", one)) or pattern.fullmatch(one)
                   for one in known), key  # fmt: skip


def asked(script: str) -> set[str]:
    return {key for found in CALL.finditer(script) for key in found.groups()[1:] if key}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_a_page_asks_for_is_there(page: Path, language: str) -> None:
    made = filled(page.name, language)
    assert "{{" not in made
    assert f'<html lang="{language}">' in made


def test_no_text_is_kept_that_nothing_asks_for() -> None:
    """What is asked for by a name that the server chose stands under a group."""
    scripts = [script.read_text("utf-8") for script in SCRIPTS]
    keys = {key for script in scripts for key in KEY.findall(COMMENT.sub("", script))}
    patterns = [re.sub(r"\\\$\\\{.*?\\\}", r"[\\w.-]+", re.escape(key)) for key in keys]
    patterns += [
        re.escape(group) + r"\.[\w-]+" for script in scripts for group in GROUP.findall(script)
    ]
    for page in PAGES:
        patterns += map(re.escape, re.findall(r"\{\{([a-z_.]+)\}\}", page.read_text("utf-8")))
    patterns += [r"language\.(name|switch)"]
    used = re.compile("|".join(patterns))
    unused = [key for key in texts(LANGUAGES[0])
              if not used.fullmatch(key) and not used.fullmatch(PLURALS.sub("", key))]  # fmt: skip
    assert unused == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_text_stands_in_a_script(script: Path) -> None:
    assert spoken(script.read_text("utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_no_text_stands_in_a_page(page: Path) -> None:
    assert written(page.read_text("utf-8")) == []


def test_texts_in_code_are_found() -> None:
    script = 'el("p", {}, "Nothing yet"); say(`${count} new tweets!`); el("p", {}, "Live")'
    assert spoken(script) == ["Nothing yet", "new tweets!", "Live"]
    assert spoken('el("li", { class: "num strong" }, t("a.b")); svg("text", { x: 1 })') == []
    assert written('<p aria-label="Here">{{a}} and</p>') == ["Here", "and"]


def spoken(script: str) -> list[str]:
    """Strings of a script that are words for people."""
    found = []
    for literal in STRING.findall(COMMENT.sub("", script)):
        text, before = literal[1:-1], ""
        while text != before:  # from the innermost braces outwards
            before, text = text, re.sub(r"\$?\{[^{}]*\}", "", text)
        text = text.strip()
        if text in NAMES or not re.search(r"[A-Za-zÀ-ÿ]{2}", text):
            continue
        if re.match(r"[A-Z][a-z]", text) or (" " in text and not ALSO_CLASSES.match(text)):
            found.append(text)
    return found


def written(page: str) -> list[str]:
    """Words of a page outside its placeholders; the product's name is none."""
    shown = re.findall(r'(?:aria-label|alt|title|placeholder)="([^"]*)"', page)
    shown += re.sub(r"<[^>]*>", "\n", page).splitlines()
    bare = (re.sub(r"\{\{[^}]*\}\}|badbuzz|→", "", text).strip(" ·\t") for text in shown)
    return [text for text in bare if re.search(r"[A-Za-zÀ-ÿ]{2}", text)]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("de-DE, en;q=0.3, fr;q=0.7", "fr"),
        ("de, es;q=0.5", "en"),
        ("FR", "fr"),
        ("fr;q=0", "en"),
        ("fr;q=nan, en;q=0.1", "en"),
        (";;;,,,fr;q=x" * 500, "en"),
    ],
)
def test_the_browsers_best_language_that_there_is_wins(accepted: str, language: str) -> None:
    assert preferred(accepted) == language


def test_the_files_are_plain_json_of_texts() -> None:
    for language in LANGUAGES:
        content = json.loads((FOLDER / f"{language}.json").read_text("utf-8"))
        assert all(type(key) is type(text) is str for key, text in content.items())
