"""Brands from a file, which is read again on change.

```json
{"united": {"handles": ["@united"], "names": ["United Airlines", "UAL"]},
 "air-france": {"handles": ["@airfrance"], "names": ["Air France"]}}
```
"""

import logging
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from sentiment.errors import SettingsError

log = logging.getLogger(__name__)


class BrandNames(BaseModel):
    """How people call a brand."""

    model_config = ConfigDict(extra="forbid")

    handles: list[str] = []
    names: list[str] = []


_File = TypeAdapter(dict[str, BrandNames])


class BrandFile:
    """The brands of a file. `refresh` reads it again when it has changed.

    Attributes:
        brands: the brands of the file as it was read last.

    Args:
        path: the JSON file; None: no brands.

    Raises:
        SettingsError: the file cannot be read or does not fit, at the start.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._seen = _stamp(path) if path is not None else None
        self.brands: Mapping[str, BrandNames] = _read(path) if path is not None else {}

    def refresh(self) -> bool:
        """Read the file if it has changed; a broken file changes nothing. Blocks.

        Returns:
            whether the brands were read again.
        """
        if self._path is None or (stamp := _stamp(self._path)) == self._seen:
            return False
        self._seen = stamp
        try:
            self.brands = _read(self._path)
        except SettingsError as error:
            log.error("%s The brands stay as they were.", error)
            return False
        log.info("Read %d brands from %s.", len(self.brands), self._path)
        return True


def _stamp(path: Path) -> tuple[int, int] | None:
    """Tells whether a file has changed; None where it cannot be looked at."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size


def _read(path: Path) -> dict[str, BrandNames]:
    try:
        return _File.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise SettingsError(
            f"BADBUZZ_BRANDS_FILE={path}: expected JSON like "
            f'{{"brand": {{"handles": ["@brand"], "names": ["Brand Inc"]}}}}, got: {error}'
        ) from error
