"""Where the service may listen, and which host names it answers to."""

from ipaddress import ip_address

from sentiment.errors import SettingsError

_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


def require_keys_beyond_loopback(host: str, has_keys: bool) -> None:
    """Refuse to listen where others can call, unless callers need a key.

    Raises:
        SettingsError: says why, and both ways out.
    """
    if has_keys or _is_loopback(host):
        return
    raise SettingsError(
        f"BADBUZZ_API_HOST={host} lets other machines call, and BADBUZZ_API_KEYS is empty: "
        "everyone could read and correct the stream. Set BADBUZZ_API_KEYS "
        "(NAME:ROLE+ROLE:KEY ...), or listen at 127.0.0.1."
    )


def is_local_name(host_header: str) -> bool:
    """Whether a Host header names this machine: another name is a rebound DNS entry of a page
    that wants to speak to a service without keys."""
    name = host_header.rsplit(":", 1)[0] if not host_header.endswith("]") else host_header
    return name.lower() in _LOCAL_NAMES


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
