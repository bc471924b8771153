"""`/docs`: the contract to read and to try out, from files of this service alone."""

from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from api.problems import ProblemError
from api.routes.page import STATIC

router = APIRouter(include_in_schema=False)

_ASSETS = files("fastapi_offline") / "static"
_TYPES = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""That of all pages, and pictures in the style sheet of Swagger UI."""


@router.get("/docs", response_class=HTMLResponse)
async def docs() -> HTMLResponse:
    """The contract in Swagger UI. It holds nothing that needs a key; calls from it do."""
    return HTMLResponse(
        (STATIC / "docs.html").read_text("utf-8"), headers={"content-security-policy": _POLICY}
    )


@router.get("/docs/{name}")
async def asset(name: str) -> Response:
    """One of Swagger UI's files, which come with the package fastapi-offline."""
    if name not in _TYPES:
        raise ProblemError(404, "Expected a file of Swagger UI, got another name.")
    content = (_ASSETS / name).read_bytes()
    headers = {"cache-control": "public, max-age=86400"}
    return Response(content, media_type=_TYPES[name], headers=headers)
