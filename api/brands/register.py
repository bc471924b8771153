"""The brands that are watched, as the API knows them, and their changes on the way to Kafka."""

import asyncio
from collections.abc import Callable, Sequence

from api.problems import ProblemError, not_now
from api.settings import ApiSettings
from sentiment.brands.catalogue import BrandCatalogue, WatchedBrand
from sentiment.brands.change import brand_to_add
from sentiment.brands.record import brand_key
from sentiment.brands.topic import remove_brand, write_brand
from sentiment.errors import BrandError, BrokerError
from sentiment.settings import Settings

_UNREAD = "The brands were not read from Kafka yet; try again."


class BrandRegister:
    """Follows the brands; changes them one at a time.

    Args:
        settings: name the file and the topic.
        skipped: called for each record of the topic that cannot be read.
    """

    def __init__(self, settings: ApiSettings, skipped: Callable[[], object]) -> None:
        self._settings: Settings = settings
        self._catalogue = BrandCatalogue(settings, skipped)
        self._changing = asyncio.Lock()

    async def run(self) -> None:
        """Keep up with the brands, until cancelled."""
        await self._catalogue.follow()

    def all(self) -> list[WatchedBrand]:
        """The brands that are watched, by name.

        Raises:
            ProblemError: 503, they are not known yet.
        """
        if not self._catalogue.is_read:
            raise not_now(_UNREAD)
        return sorted(self._catalogue.brands.values(), key=lambda brand: brand.name)

    def named_in(self, text: str) -> list[str]:
        """The brands that a text names.

        Raises:
            ProblemError: 503, the brands are not known yet.
        """
        self.all()
        return sorted(self._catalogue.finder.find(text))

    async def add(
        self, name: str, handles: Sequence[str], names: Sequence[str], by: str
    ) -> WatchedBrand:
        """Watch a brand, or change what it is called, once Kafka has it.

        Raises:
            ProblemError: 422, there are too many; 503, Kafka did not take it.
        """
        async with self._changing:
            self.all()
            known, most = self._catalogue.added, self._settings.brands_most
            try:
                brand = brand_to_add(name, handles, names, by, known, most)
                await write_brand(self._settings, brand)
            except BrandError as error:
                raise ProblemError(422, str(error)) from error
            except BrokerError as error:
                raise not_now(str(error), 2) from error
            await self._catalogue.put(brand)
        return next(one for one in self.all() if one.added == brand)

    async def remove(self, name: str) -> None:
        """Watch a brand no longer.

        Raises:
            ProblemError: 404, nobody added it; 503, Kafka did not take it.
        """
        async with self._changing:
            key = brand_key(name)
            of_the_file = any(brand_key(one.name) == key for one in self.all())
            if key not in self._catalogue.added:
                raise ProblemError(404, _FROM_FILE if of_the_file else _UNKNOWN)
            try:
                await remove_brand(self._settings, key)
            except BrokerError as error:
                raise not_now(str(error), 2) from error
            await self._catalogue.drop(key)


_UNKNOWN = "Nobody added a brand of this name; GET /brands lists them."
_FROM_FILE = "This brand stands in the file of BADBUZZ_BRANDS_FILE; remove it there."
