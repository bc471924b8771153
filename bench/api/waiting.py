"""Waits for a server to answer."""

import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from sentiment.errors import BadbuzzError

_SECONDS = 120.0


def wait_until_ok(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once `url` answers 200.

    Raises:
        BadbuzzError: the process ended, or does not answer in two minutes.
    """
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise BadbuzzError(f"expected an answer at {url}, got none; the log is {log}")
