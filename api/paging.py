"""Lists in pages, by cursors that stay right while the list grows, and answers with ETags."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import Query, Request, Response
from pydantic import BaseModel

from api.problems import ProblemError
from api.schemas import Fault

T = TypeVar("T")

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The answer is the one of the ETag in `If-None-Match`"}
}
Limit = Annotated[int, Query(ge=1, le=200, description="entries of a page at most")]
Cursor = Annotated[
    str | None, Query(max_length=1_000, description="`next` of the page before this one")
]


def write_cursor(place: Sequence[str | int | float]) -> str:
    """Where a page ended, as a word to send back."""
    return urlsafe_b64encode(orjson.dumps(list(place))).decode().rstrip("=")


def read_cursor(cursor: str, *kinds: type) -> list[Any]:
    """The place that `write_cursor` was given.

    Raises:
        ProblemError: 422, it is none.
    """
    place: Any = None
    with suppress(binascii.Error, ValueError):
        place = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    fits = isinstance(place, list) and [type(one) for one in place] == list(kinds)
    if not fits or any(isinstance(one, int) and abs(one) >= 1 << 63 for one in place):
        fault = Fault(pointer="/query/cursor", detail="Expected `next` of a page of this list.")
        raise ProblemError(422, "See `errors`, and the contract at /openapi.json.", faults=[fault])
    return list(place)


def page_of(ordered: Sequence[T], after: Callable[[T], bool], limit: int) -> tuple[list[T], bool]:
    """Some entries of an ordered list, and whether more follow.

    Args:
        after: whether an entry comes after the cursor.
    """
    found: list[T] = []
    for entry in ordered:
        if after(entry):
            if len(found) == limit:
                return found, True
            found.append(entry)
    return found, False


def tagged(request: Request, content: BaseModel) -> Response:
    """An answer with its ETag; 304 where the caller has the same one already."""
    body = content.__pydantic_serializer__.to_json(content)
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    asked = request.headers.get("if-none-match", "")
    if tag in [one.strip().removeprefix("W/") for one in asked.split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
