"""The live page: its files, its news, and the login when keys are on."""

import re
from functools import cache
from importlib.resources import files
from typing import Annotated
from urllib.parse import parse_qs, quote, urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from api.deps import ServiceDep, needs
from api.gate import COOKIE, refuse_cross_site
from api.keys import Caller
from api.pages.html import page
from api.problems import ProblemError, documented, not_now
from api.service import Service
from sentiment.messages import MAX_NAME_CHARS

router = APIRouter(include_in_schema=False)
events_router = APIRouter(tags=["live"])

_OWN_PAGE = re.compile(r"/[\w/.%~?=&+:-]{0,1000}", re.ASCII)
STATIC = files("api") / "static"
_TYPES = {
    "css": "text/css",
    "js": "text/javascript",
    "json": "application/json",
    "svg": "image/svg+xml",
}


class EventStream(StreamingResponse):
    """Server-sent events."""

    media_type = "text/event-stream"


@cache
def _file_names() -> frozenset[str]:
    """A name that a caller made up never reaches the file system."""
    names = [file.name for file in STATIC.iterdir() if file.is_file()]
    return frozenset(name for name in names if name.rpartition(".")[2] in _TYPES)


@router.get("/", response_class=HTMLResponse)
async def live_page(request: Request, service: ServiceDep) -> Response:
    """The page, or the way to the login."""
    caller = await service.gate.identify(request)
    if caller is None or "read" not in caller.roles:
        return to_login(request)
    if brand := request.query_params.get("brand"):  # as alerts linked before brands had pages
        return RedirectResponse(f"/brands/{quote(brand, safe='')}", 303)
    return page(request, "index.html", **facts_of(caller, service))


@router.get("/brands/{brand:path}", response_class=HTMLResponse)
async def brand_page(request: Request, service: ServiceDep, brand: str) -> Response:
    """The page of one brand, whether anything is known of it or not."""
    caller = await service.gate.identify(request)
    if caller is None or "read" not in caller.roles:
        return to_login(request)
    if not 0 < len(brand) <= MAX_NAME_CHARS:
        return RedirectResponse("/", 303)
    until = service.alerts.muted_until(brand)
    facts = facts_of(caller, service) | {
        "brand": brand,
        "muted_until": until.isoformat() if until else "",
    }
    return page(request, "brand.html", **facts)


@router.get("/static/{name}")
async def static(name: str) -> Response:
    """One of the page's files; they hold nothing that needs a key."""
    if name not in _file_names():
        raise ProblemError(404, "The page has no such file.")
    kind = _TYPES[name.rpartition(".")[2]]
    return Response(
        (STATIC / name).read_bytes(), media_type=kind, headers={"cache-control": "no-cache"}
    )


@events_router.get(
    "/events", response_class=EventStream, responses=documented(401, 403, 429, 500, 503)
)
async def events(
    service: ServiceDep, _caller: Annotated[Caller, Depends(needs("read"))]
) -> StreamingResponse:
    """News, as server-sent events, without end: first `snapshot`, with all there is, then `news`
    with what changed, and `pulse` while nothing does. A reader that falls behind is disconnected;
    connect again and begin with the new snapshot."""
    if service.live.clients.full:
        raise not_now("Too many pages are open; close one.", 10)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return EventStream(service.live.listen(), headers=headers)


@router.get("/login", response_class=HTMLResponse)
async def login_page(request: Request, service: ServiceDep) -> Response:
    """The form that asks for a key."""
    if not service.gate.keys:
        return RedirectResponse("/", 303)
    return page(request, "login.html")


@router.post("/login")
async def login(request: Request, service: ServiceDep) -> Response:
    """Turn a key into a cookie that scripts cannot read.

    Other sites cannot send it with a write, but with a link: those in letters and chats must lead
    to the page. Reading changes nothing, and no site can read what another one answers.
    """
    refuse_cross_site(request, strict=True)
    fields = parse_qs((await request.body()).decode("utf-8", "replace"))
    key, target = (fields.get(name, [""])[0].strip() for name in ("key", "next"))
    target = own_target(target)
    try:
        caller = await service.gate.check_key(request, key)
    except ProblemError as error:
        return RedirectResponse(_login(target, "wrong" if error.status == 401 else "wait"), 303)
    answer = RedirectResponse(target if "read" in caller.roles else _login(target, "role"), 303)
    answer.set_cookie(
        COOKIE,
        service.gate.session_of(caller),
        max_age=service.gate.session_seconds,
        httponly=True,
        samesite="lax",
        secure=service.settings.api_secure_cookie,
    )
    return answer


@router.post("/logout")
async def logout(request: Request) -> Response:
    """Forget the login."""
    refuse_cross_site(request, strict=True)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return answer


def to_login(request: Request) -> RedirectResponse:
    """The way to the login, and from there back to the page that was asked for."""
    path, query = (
        request.scope.get(name, b"").decode("latin-1") for name in ("raw_path", "query_string")
    )
    return RedirectResponse(_login(own_target(f"{path}?{query}" if query else path)), 303)


def own_target(target: str) -> str:
    """Where a login may lead: to a page of this service, whatever a link asks for."""
    return target if _OWN_PAGE.fullmatch(target) and "//" not in target else "/"


def facts_of(caller: Caller, service: Service) -> dict[str, object]:
    """What a page's scripts need to know."""
    return {
        "roles": " ".join(sorted(caller.roles)),
        "login": "on" if service.gate.keys else "off",
        "blind_seconds": f"{service.settings.api_blind_seconds:g}",
    }


def _login(target: str, fault: str = "") -> str:
    asked = [fault] if fault else []
    if target != "/":
        asked.append(urlencode({"next": target}))
    return "/login" + ("?" + "&".join(asked) if asked else "")
