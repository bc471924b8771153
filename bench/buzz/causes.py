"""Whether the first words of an alert name the cause.

`causes.json` holds, for each window of a stream, terms of which one must stand among the first
three of the alert that found the window, in whatever form (`root`): a person read the stream and
wrote them down.
"""

from pathlib import Path
from typing import Any

import orjson

from bench.buzz.run import Result
from stream.backtest.labels import Detection
from stream.buzz.content import root

FIRST = 3
_CAUSES = Path(__file__).with_name("causes.json")


def causes_named(result: Result) -> list[dict[str, Any]]:
    """For each window that an alarm found: its first words, and whether they name the cause."""
    known: list[list[str]] = orjson.loads(_CAUSES.read_bytes()).get(result.stream.name, [])
    found = []
    for place, (notified, shown) in enumerate(
        zip(result.notified.detections, result.shown.detections, strict=True)
    ):
        words = _words(result, notified if notified.at else shown)
        if words is not None and place < len(known):
            found.append({"words": words, "named": _names(words, known[place])})
    return found


def _words(result: Result, detection: Detection) -> list[str] | None:
    for one in result.raised:
        if one.at == detection.at and one.alarm.words:
            return list(one.alarm.words[:FIRST])
    return None


def _names(words: list[str], cause: list[str]) -> bool:
    held = {root(part).lstrip("#") for word in words for part in word.split()}
    return any(root(term) in held for term in cause)
