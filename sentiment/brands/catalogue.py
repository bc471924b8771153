"""All brands that are watched: those of the file and those that people added, as one."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from sentiment.brands.file import BrandFile, BrandNames
from sentiment.brands.finder import BrandFinder
from sentiment.brands.record import Brand, brand_key
from sentiment.brands.topic import Brands, follow_brands, read_brands
from sentiment.errors import BrokerError
from sentiment.settings import Settings

log = logging.getLogger(__name__)

_REFRESH_SECONDS = 2.0
_RETRY_SECONDS = 1.0


@dataclass(frozen=True)
class WatchedBrand:
    """A brand that is watched.

    Attributes:
        source: `file`: only the file names it; `topic`: people added it.
        added: its record, where people added it.
    """

    name: str
    handles: tuple[str, ...]
    names: tuple[str, ...]
    source: Literal["file", "topic"]
    added: Brand | None = None


def merged(file: Mapping[str, BrandNames], added: Brands) -> dict[str, WatchedBrand]:
    """The brands of both, by name.

    A brand that people added takes the place of the file's brand of that name, but keeps the
    file's spelling: its alerts and what was learned about it stand under that.
    """
    found = {
        name: WatchedBrand(name, tuple(known.handles), tuple(known.names), "file")
        for name, known in file.items()
    }
    spelling = {brand_key(name): name for name in file}
    for key, brand in added.items():
        name = spelling.get(key, brand.name)
        found[name] = WatchedBrand(name, tuple(brand.handles), tuple(brand.names), "topic", brand)
    return found


class BrandCatalogue:
    """The brands that are watched, kept up to date by `follow`.

    Attributes:
        is_read: whether the topic was read.
        added: those that people added, by the key of their record.
        brands: all, by name.
        finder: finds them in texts. Any thread may use it.

    Args:
        settings: name the file and the topic.
        skipped: called for each record of the topic that cannot be read.

    Raises:
        SettingsError: the file cannot be read.
    """

    def __init__(self, settings: Settings, skipped: Callable[[], object] = lambda: None) -> None:
        self._settings = settings
        self._skipped = skipped
        self._file = BrandFile(settings.brands_file)
        self.added: Brands = {}
        self._building = asyncio.Lock()
        self.is_read = False
        self.brands = merged(self._file.brands, {})
        self.finder = BrandFinder(self.brands)

    async def load(self) -> None:
        """Return once the topic was read; while Kafka does not answer, try again."""
        while True:
            try:
                await self._read(await read_brands(self._settings, self._skipped))
                return
            except BrokerError as error:
                log.warning("%s Trying again.", error)
                await asyncio.sleep(_RETRY_SECONDS)

    async def follow(self) -> None:
        """Keep up with the file and the topic, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_file())
            tasks.create_task(follow_brands(self._settings, self._read, self._skipped))

    async def put(self, brand: Brand) -> None:
        """A brand was just added: it counts before it is read back."""
        await self._take({**self.added, brand.key: brand})

    async def drop(self, key: str) -> None:
        """A brand was just removed: likewise."""
        await self._take({name: brand for name, brand in self.added.items() if name != key})

    async def _follow_file(self) -> None:
        while True:
            await asyncio.sleep(_REFRESH_SECONDS)
            if await asyncio.to_thread(self._file.refresh):
                await self._take(self.added)

    async def _read(self, added: Brands) -> None:
        await self._take(added)
        self.is_read = True

    async def _take(self, added: Brands) -> None:
        self.added = added
        async with self._building:
            brands = merged(self._file.brands, self.added)
            # Names of thousands of brands take a while to be put together.
            self.finder = await asyncio.to_thread(BrandFinder, brands)
            self.brands = brands
