"""Addresses as people may see them: without the user and the password that stand before the `@`."""

import re

# Greedy, because a password may hold any sign but a space: rather too much is hidden.
_USERINFO = re.compile(r"://\S+@")


def without_userinfo(text: str) -> str:
    """A text, an address or one that holds some, without users and passwords."""
    return _USERINFO.sub("://", text)
