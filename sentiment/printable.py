"""What people send, shown on terminals and in logs, mails and JSON: spelled out, never obeyed."""

import re

from sentiment.normal_form import PICTURES

_JOINED = re.compile(f"(?<=[{PICTURES}\ufe0f])\u200d(?=[{PICTURES}])")


def printable(data: bytes | str | None, lines: bool = False) -> str:
    """Text whose control signs, escape sequences, directions and broken bytes are spelled out.

    Args:
        data: what was sent.
        lines: leave ends of lines as they are.

    >>> printable(b"caf\\xc3\\xa9\\x1b[2J\\xff")
    'café\\\\x1b[2J\\\\xff'
    """
    if data is None:
        return "null"
    text = data.decode(errors="backslashreplace") if isinstance(data, bytes) else data
    if text.isprintable():
        return text
    if lines and "\n" in text:
        return "\n".join(map(printable, text.split("\n")))
    kept = {found.start() for found in _JOINED.finditer(text)}
    return "".join(
        sign if sign.isprintable() or place in kept else sign.encode("unicode_escape").decode()
        for place, sign in enumerate(text)
    )


def printable_json(text: str) -> str:
    """The same JSON, whose strings show what a terminal would obey by its number.

    >>> printable_json('{"text": "a\\u009b31m"}')
    '{"text": "a\\\\u009b31m"}'
    """
    if text.isprintable():
        return text
    return "\n".join(
        "".join(sign if sign.isprintable() else _escaped(sign) for sign in line)
        for line in text.split("\n")
    )


def _escaped(sign: str) -> str:
    code = sign.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{code[at : at + 2].hex()}" for at in range(0, len(code), 2))
