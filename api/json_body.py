"""JSON bodies as every endpoint reads them: half of a surrogate pair is U+FFFD, not a fault.

Programs that cut texts in the middle of an emoji send them; JSON can write them, UTF-8 cannot.
"""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

from api.problems import faults_of

Model = TypeVar("Model", bound=BaseModel)

_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def well_formed(body: bytes) -> bytes:
    r"""The body without a byte order mark, and with `\ufffd` for each half of a surrogate pair.

    >>> well_formed(rb'{"text": "late \ud83d"}')
    b'{"text": "late \\ufffd"}'
    """
    body = body.removeprefix(BOM_UTF8)
    if b"\\u" not in body:
        return body
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found["lone"] else found[0], body)


async def read_json(request: Request, contract: type[Model]) -> Model:
    """The body of a request, checked against its contract.

    Raises:
        ProblemError: 400 when it is not JSON, 422 when it does not fit.
    """
    body = await request.body()
    try:
        return contract.model_validate_json(well_formed(body))
    except ValidationError as error:
        raise faults_of(error.errors(include_url=False, include_input=False), "body") from None


class JsonRoute(APIRoute):
    """A route whose body is made well-formed before it is read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As its parent's, with a request that mends its body."""
        handle = super().get_route_handler()

        async def handle_mended(request: Request) -> Response:
            return await handle(_MendedRequest(request.scope, request.receive))

        return handle_mended


class _MendedRequest(Request):
    async def body(self) -> bytes:
        return well_formed(await super().body())

    async def json(self) -> Any:
        # Given bytes, `json` guesses other encodings and takes what is no UTF-8.
        return json.loads((await self.body()).decode())
