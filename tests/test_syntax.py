"""Sources are parsed while garbage waits whose finalisers parse too."""

import gc
import traceback
from pathlib import Path

from tests.syntax import parse


class Garbage:
    """Formats a traceback when it is collected, as asyncio does for a forgotten exception."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        try:
            raise ValueError("nobody asked")
        except ValueError:
            traceback.format_exc()


def test_garbage_does_not_break_the_parser() -> None:
    source = Path(__file__).read_text("utf-8")
    thresholds = gc.get_threshold()
    gc.set_threshold(50, 5, 5)
    try:
        for _ in range(50):
            for _ in range(5):
                Garbage()
            assert parse(source).body
    finally:
        gc.set_threshold(*thresholds)
    assert gc.isenabled()
