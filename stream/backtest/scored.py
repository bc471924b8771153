"""History as scored tweets: JSON Lines of what `tweets.scored` or `brand.mentions` holds."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from sentiment.messages import Identifier, Probability, Text
from stream.backtest.counts import HistoryError, minute_of
from stream.buzz.detector import Sighting
from stream.buzz.duplicates import text_digest


class _Line(BaseModel):
    """What the back-test needs of a line."""

    model_config = ConfigDict(extra="ignore", protected_namespaces=())

    text: Text
    event_time: datetime
    id: Identifier = "-"
    brand: str | None = None
    p_negative: Probability | None = None
    label: str | None = None
    model_version: str = ""


def read_scored(path: Path) -> Iterator[tuple[str, Sighting]]:
    """Brand and sighting of each line, in the order of the file.

    The time is `event_time`, else `created_at`, else `timestamp`; a line without a brand belongs
    to the brand `all`; without `p_negative` the label counts.

    Raises:
        HistoryError: a line does not fit.
    """
    with path.open("rb") as lines:
        for number, content in enumerate(lines, 1):
            if content.strip():
                yield _sighting(path, number, content)


def _sighting(path: Path, number: int, content: bytes) -> tuple[str, Sighting]:
    try:
        fields: dict[str, Any] = orjson.loads(content)
        time = fields.get("event_time") or fields.get("created_at") or fields.get("timestamp")
        line = _Line.model_validate({**fields, "event_time": time})
    except (orjson.JSONDecodeError, ValidationError, AttributeError, TypeError) as error:
        raise HistoryError(
            f"{path}, line {number}: expected a JSON object with text, a time (event_time, "
            f"created_at or timestamp) and p_negative or label: {error}"
        ) from None
    return line.brand or "all", Sighting(
        minute_of(line.event_time),
        _probability(line),
        line.model_version,
        text_digest(line.text),
        line.text,
        line.id,
    )


def _probability(line: _Line) -> float | None:
    if line.p_negative is not None:
        return line.p_negative
    return {"negative": 1.0, "positive": 0.0, "uncertain": 0.5}.get(line.label or "")
