"""A process that hangs ends all the same."""

import subprocess
import sys
import time

HANGS = """
from sentiment.shutdown import exit_within
from threading import Thread
import time
Thread(target=time.sleep, args=(600,)).start()
exit_within(0.5)
"""


def test_a_process_that_hangs_ends_within_its_time() -> None:
    started = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", HANGS], timeout=60, capture_output=True, text=True, check=False
    )
    assert time.monotonic() - started < 50
    assert ended.returncode == 1
    assert "Still running" in ended.stderr
