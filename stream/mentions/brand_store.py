"""The states of idle brands, in a file: only as many brands as a setting says stay in memory.

The file is a cache of the partition's records in `brand.minutes`, like the local store of Kafka
Streams: each takeover makes a new one, and it is removed when the partition is revoked, so it needs
no journal. The topic stays the source of truth.
"""

import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_SCHEMA = """
CREATE TABLE parts (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    brand TEXT NOT NULL,
    part TEXT NOT NULL,
    value BLOB NOT NULL,
    UNIQUE (brand, part)
)
"""
_CACHE_KIB = 4_096


class BrandStore:
    """Parts of brands' states by brand. One thread at a time may use it.

    Args:
        folder: where the file is made.

    Raises:
        OSError, sqlite3.Error: the file cannot be made or written, for example on a full disk.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(".sqlite", "brands-", folder)
        self._path = Path(name)
        with open(handle, "rb"):
            pass
        self._database = sqlite3.connect(name, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        self._database.execute(_SCHEMA)

    def __len__(self) -> int:
        (count,) = self._database.execute("SELECT COUNT(DISTINCT brand) FROM parts").fetchone()
        return int(count)

    def put(self, parts: Iterable[tuple[str, str, bytes | None]]) -> None:
        """Keep parts: brand, name of the part, value. A value of None deletes the part."""
        self._database.execute("BEGIN")
        for brand, part, value in parts:
            if value is None:
                self._database.execute(
                    "DELETE FROM parts WHERE brand = ? AND part = ?", (brand, part)
                )
            else:
                self._database.execute(
                    "INSERT OR REPLACE INTO parts (brand, part, value) VALUES (?, ?, ?)",
                    (brand, part, value),
                )
        self._database.execute("COMMIT")

    def take(self, brand: str) -> dict[str, bytes]:
        """The parts of a brand, which are not kept any more; empty if it is unknown."""
        found = self._database.execute("SELECT part, value FROM parts WHERE brand = ?", (brand,))
        parts = {part: bytes(value) for part, value in found}
        if parts:
            self._database.execute("DELETE FROM parts WHERE brand = ?", (brand,))
        return parts

    def part(self, brand: str, part: str) -> bytes | None:
        """One part of a brand, which stays; None if there is none."""
        found = self._database.execute(
            "SELECT value FROM parts WHERE brand = ? AND part = ?", (brand, part)
        ).fetchone()
        return bytes(found[0]) if found else None

    def newest(self, most: int) -> list[str]:
        """The brands that changed last, at most `most`, the newest last."""
        found = self._database.execute(
            "SELECT brand FROM parts GROUP BY brand ORDER BY MAX(number) DESC LIMIT ?", (most,)
        )
        return [brand for (brand,) in found][::-1]

    def close(self) -> None:
        """Remove the file."""
        self._database.close()
        with suppress(OSError):
            self._path.unlink()
