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


def write_owner(note: str, name: str) -> str:
    """A note with the name of the owner's round (see `stream.rounds`) behind it."""
    return f"{note}\n{name}"


def read_owner(noted: str) -> tuple[str, str]:
    """A note and the name behind it, empty where there is none."""
    note, _, name = noted.partition("\n")
    return note, name
