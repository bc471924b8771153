"""Numbers that every reader of JSON can read: 64-bit integers and finite floats."""

from math import isfinite

_LEAST, _MOST = -(1 << 63), (1 << 63) - 1


def require_plain(content: object) -> None:
    """Refuse content that JSON readers would refuse, or read as something else.

    Args:
        content: what a JSON document holds.

    Raises:
        ValueError: an integer has more than 64 bits, or a float is not finite.
    """
    if isinstance(content, dict):
        for value in content.values():
            require_plain(value)
    elif isinstance(content, list):
        for value in content:
            require_plain(value)
    elif isinstance(content, float):
        if not isfinite(content):
            raise ValueError(f"expected a finite number, got {content}")
    elif isinstance(content, int) and not _LEAST <= content <= _MOST:
        raise ValueError("expected an integer of at most 64 bits, got a larger one")
