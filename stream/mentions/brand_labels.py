"""Which brands have series of their own: those configured, and the largest of the others."""

from collections.abc import Callable, Collection

OTHER = "other"
MOST = 50
_CLEARLY = 1.5
"""How much larger a newcomer must be, so that two brands do not take turns."""


class BrandLabels:
    """Bounds the label `brand`, as anybody may write any brand into a tweet.

    Args:
        configured: the brands that always have a label.
        leave: called with a brand that has to give its label up.
        most: labels for all other brands together.
    """

    def __init__(
        self,
        configured: Callable[[], Collection[str]],
        leave: Callable[[str], None],
        most: int = MOST,
    ) -> None:
        self._configured = configured
        self._leave = leave
        self._most = most
        self._sizes: dict[str, float] = {}
        self._pinned: set[str] = set()

    def label(self, brand: str, size: float) -> str | None:
        """The brand itself; None where it has no label.

        Args:
            brand: its name.
            size: its mentions, now or normally.
        """
        if brand in self._configured():
            return brand
        if brand in self._sizes or len(self._sizes) < self._most:
            self._sizes[brand] = size
            return brand
        loose = {name: held for name, held in self._sizes.items() if name not in self._pinned}
        smallest = min(loose, key=loose.__getitem__, default=None)
        if smallest is None or size <= loose[smallest] * _CLEARLY:
            return None
        self.forget(smallest)
        self._leave(smallest)
        self._sizes[brand] = size
        return brand

    def pin(self, brand: str) -> str:
        """The label of a brand with an open alert: it keeps it until `unpin`."""
        label = self.label(brand, float("inf"))
        if label is None:
            return OTHER
        self._pinned.add(brand)
        return label

    def unpin(self, brand: str) -> None:
        """The brand has no open alert any more."""
        self._pinned.discard(brand)

    def forget(self, brand: str) -> None:
        """The brand gives its label up."""
        self._sizes.pop(brand, None)
        self._pinned.discard(brand)
