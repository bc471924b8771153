"""How many mentions came too late, in the metadata of the workers' committed offsets.

So the API knows it of any number of workers, without a topic or an address of theirs.
"""

import orjson

_MOST = 2**63


def write_late(late: int, tick: int | None = None) -> str:
    """Metadata of an offset of `brand.mentions`.

    Args:
        late: mentions of the partition that came too late, since its beginning.
        tick: makes it another one than any before.
    """
    return orjson.dumps({"late": late} if tick is None else {"late": late, "tick": tick}).decode()


def read_late(metadata: str | None) -> int | None:
    """The late mentions in an offset's metadata; None if it tells of none."""
    try:
        late = orjson.loads((metadata or "").partition("\n")[0])["late"]
    except (ValueError, KeyError, TypeError):
        return None
    return late if type(late) is int and 0 <= late < _MOST else None
