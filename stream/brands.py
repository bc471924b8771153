"""Which brands a text is about: handles, names and aliases from a file, reloaded on change.

```json
{"united": {"handles": ["@united"], "names": ["United Airlines", "UAL"]},
 "air-france": {"handles": ["@airfrance"], "names": ["Air France"]}}
```
"""

import logging
import re
import time
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from sentiment.errors import SettingsError

log = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS = 2.0


class BrandNames(BaseModel):
    """How people call a brand."""

    model_config = ConfigDict(extra="forbid")

    handles: list[str] = []
    names: list[str] = []


_File = TypeAdapter(dict[str, BrandNames])


class BrandFinder:
    """Finds brands by whole words, whatever their case and accents. One scan a text.

    Args:
        brands: names by brand.
    """

    def __init__(self, brands: dict[str, BrandNames]) -> None:
        self.brands = sorted(brands)
        self._brand_of = {
            _fold(name).lstrip("@"): brand
            for brand, known in brands.items()
            for name in (*known.handles, *known.names)
            if _fold(name).lstrip("@").strip()
        }
        longest_first = sorted(self._brand_of, key=len, reverse=True)
        pattern = "|".join(re.escape(name) for name in longest_first)
        self._pattern = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") if pattern else None

    def find(self, text: str) -> set[str]:
        """The brands that a text names."""
        if self._pattern is None:
            return set()
        return {self._brand_of[name] for name in self._pattern.findall(_fold(text))}


class BrandFile:
    """The finder of a file, made anew when the file changes; a broken file changes nothing.

    Args:
        path: the JSON file; None: no brands but those that messages name.

    Raises:
        SettingsError: the file cannot be read or does not fit, at the start.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._looked = time.monotonic()
        self._finder = BrandFinder({})
        if path is not None:
            self._seen = _stamp(path)
            self._finder = _read(path)

    @property
    def finder(self) -> BrandFinder:
        """The finder of the file as it stands, at most 2 s ago."""
        now = time.monotonic()
        if self._path is not None and now - self._looked >= _LOOK_EVERY_SECONDS:
            self._looked = now
            self._reload(self._path)
        return self._finder

    def _reload(self, path: Path) -> None:
        stamp = _stamp(path)
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            self._finder = _read(path)
            log.info("Brands read anew from %s: %d.", path, len(self._finder.brands))
        except SettingsError as error:
            log.error("%s The brands stay as they were.", error)


def _stamp(path: Path) -> tuple[int, int] | None:
    """Tells whether a file has changed; None where it cannot be looked at."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size


def _read(path: Path) -> BrandFinder:
    try:
        return BrandFinder(_File.validate_json(path.read_bytes()))
    except (OSError, ValidationError) as error:
        raise SettingsError(
            f"BADBUZZ_BRANDS_FILE={path}: expected JSON like "
            f'{{"brand": {{"handles": ["@brand"], "names": ["Brand Inc"]}}}}, got: {error}'
        ) from error


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def names_of(file: BrandFile, brand: str | None, text: str) -> Iterable[str]:
    """The brands of a tweet: the one that its producer named, and those that its text names."""
    found = file.finder.find(text)
    if brand:
        found.add(brand)
    return found
