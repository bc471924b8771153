"""What people send never acts on a terminal, in a log, a mail or JSON."""

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from sentiment import cli, terminal
from sentiment.alerts import SampleTweet, TellingWord
from sentiment.errors import BadbuzzError
from sentiment.logs import JsonLines, Printable
from sentiment.messages import ScoredTweet
from sentiment.printable import printable, printable_json
from stream.backtest.output import _cells
from stream.backtest.run import Alarm
from stream.commands.watch import _brand, show
from stream.notify.letter import letter
from stream.notify.texts import texts_in
from tests.artefacts import make_artefact
from tests.stream.notify.made_up import made_up, notification
from trainer.commands.score import score

ACTS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
HOSTILE = [
    "\x1b]0;a title\x07",
    "\x9b31mred",
    "\x1b]52;c;aGk=\x1b\\",
    "\u202eright to left",
    "\u2066isolated\u2069",
    "a\rb\x08c\x7f",
    "two\nlines",
    "[bold red]markup[/] :smile: [link=file:///x]y[/link]",
    "\ufeff\u200b\U000e0041",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_acts_is_spelled_out(text: str) -> None:
    shown = printable(text)
    assert not ACTS.search(shown)
    assert shown.isprintable()
    assert printable(text.encode("utf-8", "surrogatepass")) == shown


def test_what_only_shows_stays_as_it_is() -> None:
    for text in (
        "caf\u00e9 \u4f60\u597d",
        "\u2764\ufe0f\u200d\U0001f525",
        "\U0001f469\u200d\U0001f467",
        "[a] :b:",
    ):
        assert printable(text) == text
    assert printable("late\u200dr") == "late\\u200dr"
    assert printable("a\nb\x1b", lines=True) == "a\nb\\x1b"


@given(st.text() | st.binary())
def test_whatever_it_is_it_only_shows(data: str | bytes) -> None:
    assert not ACTS.search(printable(data))


@given(st.dictionaries(st.text(), st.text()))
def test_json_says_the_same_in_signs_that_only_show(record: dict[str, str]) -> None:
    raw = json.dumps(record, ensure_ascii=False)
    assert json.loads(printable_json(raw)) == json.loads(raw)
    assert not ACTS.search(printable_json(raw))


def watched(text: str, **console: Any) -> list[str]:
    """The lines by which `badbuzz watch` shows a tweet."""
    tweet = ScoredTweet(
        id="1", text=text, label="negative", p_negative=0.9, model_name="m", model_version="1\x1b",
        model_digest="d", scored_at="2026-01-01T00:00:00Z", source_topic="tweets",
        source_partition=0, source_offset=0,
    )  # type: ignore[arg-type] # fmt: skip
    shown = Console(color_system=None, **console)
    with shown.capture() as captured:
        show(tweet, shown)
    return captured.get().splitlines()


@pytest.mark.parametrize("is_terminal", [False, True])
@pytest.mark.parametrize("text", HOSTILE)
def test_watch_shows_a_tweet_on_one_line(text: str, is_terminal: bool) -> None:
    (line,) = watched(text, width=200, force_terminal=is_terminal)
    assert not ACTS.search(line)


def test_watch_keeps_a_long_tweet_in_its_column_at_80_and_on_one_line_in_a_pipe() -> None:
    text = " ".join(f"word{number}" for number in range(40))
    first, *more = watched(text, width=80, force_terminal=True)
    column = first.index("word0")
    assert column < 40
    assert len(more) > 2
    for line in more:
        assert line[:column].strip() == ""
        assert line[column:].startswith("word")
        assert len(line) <= 80
    assert len(watched(text, width=80, force_terminal=False)) == 1


@pytest.mark.parametrize("value", [b"", b"{", b"\xff", b"[1]", b"null", b'{"brand": 7}'])
def test_watch_goes_on_after_what_is_no_result(value: bytes) -> None:
    assert _brand(value) in (None, 7)


@pytest.mark.parametrize("text", HOSTILE)
def test_backtest_shows_brands_and_words_as_they_are_at_80_columns(text: str) -> None:
    alert = made_up().model_copy(update={"brand": text, "words": [TellingWord(word=text, z=3)] * 5})
    rows = [[Text(printable(cell)) for cell in _cells(Alarm(alert.at, alert))]] * 2
    console = Console(width=80)
    with console.capture() as captured:
        console.print(terminal.listing(["at", "brand", *"cdefg", "words"], rows, 80))
    assert not ACTS.search(captured.get())
    assert printable(text) in captured.get()


def test_prose_has_a_line_of_its_own_where_the_terminal_is_narrow() -> None:
    names = ("position", "failed (UTC)", "reason", "from", "bytes", "sent again", "detail")
    detail = "expected a tweet as JSON, got Confluent's wire format; set the producer's serializer"
    cells = ("0:123456", "2026-01-31 08:00:00", "too_long", "tweets:0:123456", "1,234", "", detail)
    shown = {}
    for width in (80, 200):
        console = Console(width=width)
        with console.capture() as captured:
            console.print(terminal.listing(names, [[Text(cell) for cell in cells]], width))
        shown[width] = captured.get().splitlines()
    assert shown[80][1].split() == [word for cell in cells[:-1] for word in cell.split()]
    assert " ".join(line.strip() for line in shown[80][2:]) == detail
    assert all(len(line) > 30 for line in shown[80][1:3])
    assert len(shown[200]) == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_a_letter_holds_them_in_its_lines_and_its_subject(text: str) -> None:
    alert = made_up(brand=text).model_copy(
        update={
            "words": [TellingWord(word=text, z=3)],
            "samples": [SampleTweet(id="1", text=text, p_negative=0.9)],
        }
    )
    made = letter(notification(alert), "a@example.org", ["b@example.org"], texts_in("en"))
    assert not ACTS.search(made["Subject"])
    assert not ACTS.search(made.get_content())


@pytest.mark.parametrize("text", HOSTILE)
def test_a_log_line_is_one_line_in_which_nothing_acts(text: str) -> None:
    try:
        raise ValueError(text)
    except ValueError as error:
        fault = (ValueError, error, error.__traceback__)
    plain = logging.LogRecord("a", logging.ERROR, "", 0, "brand %s", (text,), None)
    assert "\n" not in Printable().format(plain)
    for formatter in (Printable(), JsonLines(), Printable(True), JsonLines(True)):
        record = logging.LogRecord("a", logging.ERROR, "", 0, "brand %s", (text,), fault)
        assert not ACTS.search(formatter.format(record))


def test_an_error_for_a_person_only_shows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise BadbuzzError("got \x1b[2J\x9b31m\u202e\nand more")

    monkeypatch.setattr(cli, "badbuzz", fails)
    with pytest.raises(SystemExit):
        cli.main()
    assert capsys.readouterr().err == "badbuzz: got \\x1b[2J\\x9b31m\\u202e\nand more\n"


@pytest.mark.parametrize(
    "name", ["tweets [final].jsonl", "a [bold] b [link=x]" + "c" * 90 + ".jsonl"]
)
def test_score_says_the_path_as_it_is(tmp_path: Path, name: str) -> None:
    source = tmp_path / name
    source.write_text('{"text": "late"}\n')
    model = make_artefact(tmp_path / "model")
    result = CliRunner().invoke(score, [str(source), "--model", str(model)], catch_exceptions=False)
    assert str(source.with_suffix(".scored.jsonl")) in result.output
