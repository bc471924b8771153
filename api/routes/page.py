"""The live page: its files, its news, and the login when keys are on."""

from importlib.resources import files
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from api.deps import ServiceDep, needs
from api.gate import COOKIE, refuse_cross_site
from api.keys import Caller
from api.problems import ProblemError, not_now

router = APIRouter(include_in_schema=False)

STATIC = files("api") / "static"
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@router.get("/", response_class=HTMLResponse)
async def page(request: Request, service: ServiceDep) -> Response:
    """The page, or the way to the login."""
    caller = await service.gate.identify(request)
    if caller is None or "read" not in caller.roles:
        return RedirectResponse("/login", 303)
    roles = " ".join(sorted(caller.roles))
    login = "on" if service.gate.keys else "off"
    text = (STATIC / "index.html").read_text("utf-8")
    return HTMLResponse(
        text.replace('data-roles=""', f'data-roles="{roles}" data-login="{login}"', 1)
    )


@router.get("/static/{name}")
async def static(name: str) -> Response:
    """One of the page's files; they hold nothing that needs a key."""
    kind = _TYPES.get(name.rpartition(".")[2])
    found = STATIC / name
    if kind is None or "/" in name or "\\" in name or not found.is_file():
        raise ProblemError(404, "The page has no such file.")
    return Response(found.read_bytes(), media_type=kind, headers={"cache-control": "no-cache"})


@router.get("/events")
async def events(
    service: ServiceDep, _caller: Annotated[Caller, Depends(needs("read"))]
) -> StreamingResponse:
    """News for the page, as server-sent events."""
    if service.live.clients.full:
        raise not_now("Too many pages are open; close one.", 10)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(service.live.listen(), media_type="text/event-stream", headers=headers)


@router.get("/login", response_class=HTMLResponse)
async def login_page(request: Request, service: ServiceDep) -> Response:
    """The form that asks for a key."""
    if not service.gate.keys:
        return RedirectResponse("/", 303)
    return HTMLResponse((STATIC / "login.html").read_bytes())


@router.post("/login")
async def login(request: Request, service: ServiceDep) -> Response:
    """Turn a key into a cookie that scripts cannot read and other sites cannot send."""
    refuse_cross_site(request, strict=True)
    fields = parse_qs((await request.body()).decode("utf-8", "replace"))
    key = fields.get("key", [""])[0].strip()
    try:
        caller = await service.gate.check_key(request, key)
    except ProblemError as error:
        return RedirectResponse("/login?wrong" if error.status == 401 else "/login?wait", 303)
    answer = RedirectResponse("/" if "read" in caller.roles else "/login?role", 303)
    answer.set_cookie(
        COOKIE,
        service.gate.session_of(caller),
        max_age=service.gate.session_seconds,
        httponly=True,
        samesite="strict",
        secure=service.settings.api_secure_cookie,
    )
    return answer


@router.post("/logout")
async def logout(request: Request) -> Response:
    """Forget the login."""
    refuse_cross_site(request, strict=True)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer
