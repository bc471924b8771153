"""API keys from the environment: who may do what. Only their digests stay in memory."""

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Literal, cast, get_args

from sentiment.errors import SettingsError

Role = Literal["read", "predict", "feedback", "respond", "brands", "metrics", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
SHORTEST_KEY = 16
_OF_ADMIN: frozenset[Role] = frozenset(
    {"read", "predict", "feedback", "respond", "brands", "admin"}
)


@dataclass(frozen=True)
class Caller:
    """Who calls: a name for logs and limits, and what it may do."""

    name: str
    roles: frozenset[Role]


ANYONE = Caller("anyone", frozenset(ROLES))
"""The caller of a service without keys, which listens on this machine only."""


class Keys:
    """The keys of one service.

    Args:
        text: `NAME:ROLE+ROLE:KEY`, separated by white space. `admin` may do all but read the
            metrics, which are for the scraper.

    Raises:
        SettingsError: an entry does not fit; the message does not show its key.
    """

    def __init__(self, text: str) -> None:
        self._entries = [_entry(number, entry) for number, entry in enumerate(text.split(), 1)]
        names = [caller.name for _, caller in self._entries]
        if len(set(names)) < len(names):
            raise SettingsError(
                f"BADBUZZ_API_KEYS: expected a name only once, got {', '.join(sorted(names))}."
            )

    def __bool__(self) -> bool:
        return bool(self._entries)

    def find(self, key: str) -> Caller | None:
        """Who holds this key. The time it takes does not reveal how much of it is right."""
        digest = sha256(key.encode("utf-8", "surrogatepass")).digest()
        found = None
        for known, caller in self._entries:
            if compare_digest(known, digest):
                found = caller
        return found

    def named(self, name: str) -> Caller | None:
        """The caller of this name, where there still is one."""
        return next((caller for _, caller in self._entries if caller.name == name), None)

    @property
    def fingerprint(self) -> bytes:
        """Signs logins: the same for every replica, another one when any key changes."""
        return sha256(b"badbuzz login" + b"".join(known for known, _ in self._entries)).digest()


def _entry(number: int, text: str) -> tuple[bytes, Caller]:
    name, _, rest = text.partition(":")
    roles_text, _, key = rest.partition(":")
    roles = set(roles_text.split("+"))
    if not name.isidentifier() and not name.replace("-", "_").isidentifier():
        raise _unfit(number, "a name of letters, digits and dashes")
    if not roles <= set(ROLES):
        raise _unfit(number, f"roles out of {', '.join(ROLES)} joined by `+`")
    if len(key) < SHORTEST_KEY:
        raise _unfit(number, f"a key of at least {SHORTEST_KEY} characters")
    allowed = frozenset(cast(set[Role], roles))
    if "admin" in allowed:
        allowed |= _OF_ADMIN
    return sha256(key.encode()).digest(), Caller(name, allowed)


def _unfit(number: int, expected: str) -> SettingsError:
    return SettingsError(
        f"BADBUZZ_API_KEYS, entry {number}: expected NAME:ROLE+ROLE:KEY with {expected}; "
        "make a key with `python -c 'import secrets; print(secrets.token_urlsafe(32))'`."
    )
