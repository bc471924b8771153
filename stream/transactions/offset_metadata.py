"""What stands in the metadata of a committed offset, for the partition's next owner.

First which model version scored last, and the number of the alias' move: the next owner never
scores with an older one. Then the id of the shared transaction that may still change the offset.
"""

import orjson

from sentiment.registry import Pointer


def write_model(pointer: Pointer) -> str:
    """A model version as the metadata of an offset."""
    return orjson.dumps(
        {"change": pointer.change, "version": pointer.version, "digest": pointer.digest}
    ).decode()


def read_model(metadata: str) -> Pointer | None:
    """The model version in an offset's metadata; None if there is none of ours."""
    try:
        content = orjson.loads(metadata)
        return Pointer(int(content["change"]), str(content["version"]), str(content["digest"]))
    except (ValueError, KeyError, TypeError):
        return None


def write_shared_id(metadata: str, name: str) -> str:
    """Metadata with the id of the owner's shared transaction behind it."""
    return f"{metadata}\n{name}"


def read_shared_id(written: str) -> tuple[str, str]:
    """Metadata, and the id behind it; empty if there is none."""
    metadata, _, name = written.partition("\n")
    return metadata, name
