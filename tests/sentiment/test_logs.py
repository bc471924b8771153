"""Log lines: how often, in which format, and where."""

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentiment.errors import SettingsError
from sentiment.logs import Seldom, set_up_logs
from sentiment.settings import Settings


def line(name: str, text: str, *values: object) -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, "", 0, text, values, None)


def test_a_chatty_library_repeats_itself_once_in_a_while_only() -> None:
    seldom = Seldom()
    assert seldom.filter(line("aiokafka.client", "Unable to connect to %s", "a"))
    assert not seldom.filter(line("aiokafka.client", "Unable to connect to %s", "b"))
    assert seldom.filter(line("aiokafka.client", "Another fault"))


def test_badbuzz_itself_is_never_silenced() -> None:
    seldom = Seldom()
    for _ in range(3):
        assert seldom.filter(line("stream.transactions.partition_writer", "transaction broke"))


def settings(log_format: str = "text") -> Settings:
    return Settings(_env_file=None, log_format=log_format)


@pytest.fixture
def logs() -> Iterator[None]:
    """Puts back what the test sets up."""
    root, level = list(logging.root.handlers), logging.root.level
    yield
    logging.captureWarnings(False)
    for handler in logging.root.handlers:
        if handler not in root:
            handler.close()
    logging.basicConfig(level=level, handlers=root, force=True)


@pytest.mark.usefixtures("logs")
def test_a_log_file_begins_anew_when_it_is_full_and_the_oldest_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentiment.logs._FILE_BYTES", 2_000)
    file = tmp_path / "badbuzz.log"
    set_up_logs(settings(), file)
    for number in range(300):
        logging.getLogger("stream").info("line %d \x1b[2J\nand more", number)
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == [
        "badbuzz.log",
        *(f"badbuzz.log.{n}" for n in range(1, 5)),
    ]
    assert all(path.stat().st_size <= 2_000 for path in files)
    assert "INFO stream: line 299 \\x1b[2J\\nand more" in file.read_text()


@pytest.mark.usefixtures("logs")
def test_both_formats_hold_the_facts_of_a_request_and_hide_what_a_caller_wrote(
    tmp_path: Path,
) -> None:
    words = "a caller's words"
    for name in ("text", "json"):
        file = tmp_path / name
        set_up_logs(settings(name), file, hide_errors=True)
        try:
            raise ValueError(words)
        except ValueError:
            logging.getLogger("api").exception("failed", extra={"request_id": "7", "status": 500})
        said = file.read_text()
        assert words not in said
        assert "ValueError" in said
        assert ("request_id=7 status=500" in said) == (name == "text")
        assert ('"status":500' in said) == (name == "json")


@pytest.mark.usefixtures("logs")
def test_warnings_of_libraries_are_lines_as_all_others(tmp_path: Path) -> None:
    set_up_logs(settings(), tmp_path / "log")
    warnings.warn("something is deprecated", stacklevel=1)
    (line,) = (tmp_path / "log").read_text().splitlines()
    assert " WARNING py.warnings: " in line
    assert "something is deprecated" in line


def test_a_log_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"--log-file .*No such file"):
        set_up_logs(settings(), tmp_path / "absent" / "log")
