"""Who speaks: a brand's own posts, passed on, are no complaints."""

import re

REPOST = "RT @"
_REPOST = re.compile(r"RT @(\w+)")
_WORD = re.compile(r"\w{2,}")


def is_own_repost(brand: str, text: str) -> bool:
    """Whether a text passes on what the brand itself said: the account bears its name.

    The first or the longest word of the brand's name stands in the name of the account.
    """
    found = _REPOST.match(text)
    words = _WORD.findall(brand.lower())
    if not found or not words:
        return False
    account = found[1].lower()
    return words[0] in account or max(words, key=len) in account
