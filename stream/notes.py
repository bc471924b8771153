"""The note beside a committed offset: which version scored last, and the number of its move.

A partition's next owner reads it, and never scores with a version older than that.
"""

import orjson

from sentiment.registry import Pointer


def write_note(pointer: Pointer) -> str:
    """A pointer as the metadata of an offset."""
    return orjson.dumps(
        {"change": pointer.change, "version": pointer.version, "digest": pointer.digest}
    ).decode()


def read_note(note: str) -> Pointer | None:
    """The pointer of a note; None where the offset carries none of ours."""
    try:
        content = orjson.loads(note)
        return Pointer(int(content["change"]), str(content["version"]), str(content["digest"]))
    except (ValueError, KeyError, TypeError):
        return None
