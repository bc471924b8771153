"""API keys and where the service may listen."""

import pytest

from api.gate import Gate
from api.keys import Keys
from api.listen import is_local_name, require_keys_beyond_loopback
from api.settings import ApiSettings
from sentiment.errors import SettingsError

SECRET = "0123456789abcdef"  # gitleaks:allow


def test_a_key_is_found_by_its_digest_and_nothing_else_is() -> None:
    keys = Keys(f"ann:read+predict:{SECRET} bob:metrics:{SECRET}-2")
    found = keys.find(SECRET)
    assert found is not None
    assert (found.name, found.roles) == ("ann", {"read", "predict"})
    assert keys.find(SECRET[:-1]) is None
    assert keys.find("") is None
    assert SECRET not in repr(vars(keys))


def test_admin_may_do_all_but_read_the_metrics() -> None:
    found = Keys(f"root:admin:{SECRET}").named("root")
    assert found is not None
    assert found.roles == {"read", "predict", "feedback", "respond", "brands", "admin"}


def test_a_key_may_hold_colons() -> None:
    assert Keys("ann:read:aaaa:bbbb:cccc:dddd").find("aaaa:bbbb:cccc:dddd")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ann:read:short", "at least 16 characters"),
        (f"ann:writer:{SECRET}", "roles out of read, predict"),
        (f":read:{SECRET}", "a name of letters"),
        ("ann", "roles out of"),
        (f"ann:read:{SECRET} ann:predict:{SECRET}x", "a name only once"),
    ],
)
def test_an_entry_that_does_not_fit_is_refused_without_showing_its_key(
    text: str, expected: str
) -> None:
    with pytest.raises(SettingsError, match=expected) as error:
        Keys(text)
    assert SECRET not in str(error.value)
    assert "short" not in str(error.value)


def test_logins_end_when_a_key_changes() -> None:
    assert Keys(f"ann:read:{SECRET}").fingerprint != Keys(f"ann:read:{SECRET}x").fingerprint


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "badbuzz.example"])
def test_listening_beyond_loopback_needs_keys(host: str) -> None:
    with pytest.raises(SettingsError, match="BADBUZZ_API_KEYS"):
        require_keys_beyond_loopback(host, has_keys=False)
    require_keys_beyond_loopback(host, has_keys=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_loopback_needs_no_keys(host: str) -> None:
    require_keys_beyond_loopback(host, has_keys=False)


@pytest.mark.parametrize(
    ("name", "local"),
    [
        ("localhost:8000", True),
        ("127.0.0.1", True),
        ("[::1]:8000", True),
        ("[::1]", True),
        ("evil.example", False),
        ("localhost.evil.example:8000", False),
        ("", False),
    ],
)
def test_only_names_of_this_machine_are_local(name: str, local: bool) -> None:
    assert is_local_name(name) is local


def test_a_limit_that_does_not_fit_names_its_setting() -> None:
    with pytest.raises(SettingsError, match="BADBUZZ_API_RATE_LIMIT=often"):
        Gate(ApiSettings(_env_file=None, api_rate_limit="often"))
