"""The history that a record carries: one entry for each time that it was sent again."""

from datetime import datetime

from pydantic import BaseModel, TypeAdapter, ValidationError

from stream.dlq.dead_letter import HISTORY
from stream.transactions.outputs import Headers


class Passage(BaseModel):
    """One time that a dead letter was sent again."""

    at: datetime
    by: str
    letter: str
    "Where the letter stood: `topic:partition:offset`."
    reason: str


_Passages = TypeAdapter(list[Passage])


def history_of(headers: Headers) -> list[Passage]:
    """The passages that a record's headers tell of, the oldest first; none where they are not ours.

    Headers are the producers' to write, so what does not fit is no error.
    """
    for name, value in reversed(headers):
        if name == HISTORY:
            try:
                return _Passages.validate_json(value or b"")
            except ValidationError:
                return []
    return []


def with_passage(headers: Headers, passage: Passage) -> Headers:
    """The headers, with one more passage in their history."""
    passages = _Passages.dump_json([*history_of(headers), passage])
    return [*(header for header in headers if header[0] != HISTORY), (HISTORY, passages)]
