"""Who may pass: keys in headers, the page's cookie, rate limits, and no cross-site writes."""

import math
import time
from ipaddress import ip_address, ip_network

from fastapi import Request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

from api.keys import ANYONE, Caller, Keys, Role
from api.problems import ProblemError
from api.settings import ApiSettings
from sentiment.errors import SettingsError

COOKIE = "badbuzz_session"
_MANY_KEYS = "Too many wrong keys."
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Gate:
    """Decides about every request that is not public.

    Args:
        settings: keys, limits, the length of a login and the other sites that may call.

    Raises:
        SettingsError: a key or a limit does not fit.
    """

    def __init__(self, settings: ApiSettings) -> None:
        self.keys = Keys(settings.api_keys.get_secret_value())
        self._origins = frozenset(settings.api_cors_origins)
        self.session_seconds = int(settings.api_session_hours * 3_600)
        self._signer = URLSafeTimedSerializer(self.keys.fingerprint, salt="page")
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._calls = _limit("BADBUZZ_API_RATE_LIMIT", settings.api_rate_limit)
        self._tries = _limit("BADBUZZ_API_LOGIN_LIMIT", settings.api_login_limit)

    async def admit(self, request: Request, role: Role) -> Caller:
        """Who calls, if it may act in this role.

        Raises:
            ProblemError: 401, 403 or 429.
        """
        caller = await self.identify(request)
        if caller is None:
            raise ProblemError(
                401,
                "Send a key as `Authorization: Bearer KEY` or `X-API-Key: KEY`.",
                {"WWW-Authenticate": "Bearer"},
            )
        if caller is not ANYONE:
            try:
                await self._count(self._calls, caller.name, "This key's limit is used up.")
            finally:
                request.state.rate_limit = await self._rate_limit(caller)
        if role not in caller.roles:
            raise ProblemError(403, f"Expected a key with the role `{role}`; this one lacks it.")
        return caller

    async def _rate_limit(self, caller: Caller) -> dict[str, str]:
        """What is left to this key, as headers say it (draft-ietf-httpapi-ratelimit-headers-10)."""
        window = await self._limiter.get_window_stats(self._calls, caller.name)
        seconds = max(0, math.ceil(window.reset_time - time.time()))
        return {
            "ratelimit-policy": f'"key";q={self._calls.amount};w={self._calls.get_expiry()}',
            "ratelimit": f'"key";r={max(0, window.remaining)};t={seconds}',
        }

    async def identify(self, request: Request) -> Caller | None:
        """Who calls; None: an unknown caller.

        Raises:
            ProblemError: 401 or 429 for a wrong key, 403 for a write from another site.
        """
        key = key_of(request) if self.keys else None
        if key is not None:
            return await self.check_key(request, key)
        if not self._is_listed(request):
            refuse_cross_site(request, strict=bool(self.keys))
        return self._logged_in(request) if self.keys else ANYONE

    async def check_key(self, request: Request, key: str) -> Caller:
        """Who holds `key`.

        Raises:
            ProblemError: 401; 429 after too many wrong ones from one address, whatever comes then:
                a right one among many guesses must not be distinguishable from the wrong ones.
        """
        tries = f"tries of {_neighbourhood(request)}"
        if not await self._limiter.test(self._tries, tries):
            raise await self._refusal(self._tries, tries, _MANY_KEYS)
        caller = self.keys.find(key)
        if caller is None:
            await self._count(self._tries, tries, _MANY_KEYS)
            raise ProblemError(401, "This key is not known.", {"WWW-Authenticate": "Bearer"})
        return caller

    def session_of(self, caller: Caller) -> str:
        """The cookie of a login: the signed name of a key, never the key."""
        return str(self._signer.dumps(caller.name))

    def _is_listed(self, request: Request) -> bool:
        """Whether it comes from a site that may call, and makes no use of a person's login."""
        origin = dict(request.scope["headers"]).get(b"origin", b"").decode("latin-1")
        listed = bool(origin) and not self._origins.isdisjoint({origin, "*"})
        return listed and COOKIE not in request.cookies

    def _logged_in(self, request: Request) -> Caller | None:
        cookie = request.cookies.get(COOKIE)
        if not cookie:
            return None
        try:
            return self.keys.named(self._signer.loads(cookie, max_age=self.session_seconds))
        except BadSignature:
            return None

    async def _count(self, limit: RateLimitItem, name: str, detail: str) -> None:
        if not await self._limiter.hit(limit, name):
            raise await self._refusal(limit, name, detail)

    async def _refusal(self, limit: RateLimitItem, name: str, detail: str) -> ProblemError:
        window = await self._limiter.get_window_stats(limit, name)
        wait = max(1, round(window.reset_time - time.time() + 0.5))
        return ProblemError(429, f"{detail} Expected at most {limit}.", {"Retry-After": str(wait)})


def _neighbourhood(request: Request) -> str:
    """The caller's address; of IPv6 the network that one subscriber has."""
    host = request.client.host if request.client else "?"
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(ip_network((host, 64), strict=False)) if address.version == 6 else host


def key_of(request: Request) -> str | None:
    """The key that a request carries in a header."""
    headers = dict(request.scope["headers"])
    scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() == "bearer":
        return str(token.strip())
    key = headers.get(b"x-api-key")
    return None if key is None else str(key.decode("latin-1"))


def refuse_cross_site(request: Request, strict: bool) -> None:
    """Refuse a write that another site's page makes in the name of the person at the browser.

    Browsers say where a request comes from (Fetch Metadata, https://www.w3.org/TR/fetch-metadata).

    Args:
        request: the request.
        strict: also refuse requests that do not say it: they rest on a cookie alone.

    Raises:
        ProblemError: 403.
    """
    if request.method in _SAFE_METHODS:
        return
    headers = dict(request.scope["headers"])
    site, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
    if site is not None:
        fine = site in (b"same-origin", b"none")
    elif origin is not None:
        fine = origin.partition(b"://")[2] == headers.get(b"host")
    else:
        fine = not (strict and COOKIE in request.cookies)
    if not fine:
        raise ProblemError(403, "Expected a write from the service's own page, got another site's.")


def _limit(variable: str, text: str) -> RateLimitItem:
    try:
        return parse(text)
    except ValueError as error:
        raise SettingsError(
            f"{variable}={text}: expected a limit such as 500/second or 10/minute."
        ) from error
