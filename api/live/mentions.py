"""Which brands the newest tweets mention, in bounded memory."""

from collections import OrderedDict
from typing import Any, NamedTuple, get_args

import orjson

from api.plain import require_plain
from sentiment.messages import Label

_LABELS = frozenset(get_args(Label))
_NAME_CHARS = 256
_BRANDS_OF_A_TWEET = 20


class Mentioned(NamedTuple):
    """What the page needs of a mention."""

    brand: str
    label: Label
    p_negative: float | None
    model_version: str
    partition: int
    offset: int


def read_mention(value: bytes) -> Mentioned:
    """A record of `brand.mentions`, checked by hand: there are many of them.

    Raises:
        ValueError: it is no mention.
        KeyError: a field is missing.
    """
    content: Any = orjson.loads(value)
    if not isinstance(content, dict):
        raise ValueError("expected an object")
    brand, label, place = content["brand"], read_label(content), read_place(content)
    if not isinstance(brand, str) or not 0 < len(brand) <= _NAME_CHARS:
        raise ValueError(f"expected a brand of at most {_NAME_CHARS} characters")
    return Mentioned(brand, label, *read_score(content), *place)


def read_place(content: Any) -> tuple[int, int]:
    """Partition and offset of the tweet that a result is of.

    Raises:
        ValueError: they are no whole numbers of at most 64 bits.
        KeyError: there are none.
    """
    partition, offset = content["source_partition"], content["source_offset"]
    if type(partition) is not int or type(offset) is not int:
        raise ValueError("expected whole numbers as the tweet's place")
    require_plain([partition, offset])
    return partition, offset


def read_label(content: Any) -> Label:
    """The label of a result.

    Raises:
        ValueError: there is none of that name.
        KeyError: there is none.
    """
    label = content["label"]
    if not isinstance(label, str) or label not in _LABELS:
        raise ValueError("expected a label")
    return label  # type: ignore[return-value]


def read_score(content: Any) -> tuple[float | None, str]:
    """p_negative of a result, and the version that gave it.

    Raises:
        ValueError: they are none.
        KeyError: there are none.
    """
    p_negative, version = content["p_negative"], content["model_version"]
    if not isinstance(version, str):
        raise ValueError("expected the name of a version")
    if p_negative is None:
        return None, version
    if not isinstance(p_negative, int | float) or not 0 <= p_negative <= 1:
        raise ValueError("expected a probability")
    return float(p_negative), version


class BrandsOfTweets:
    """The brands of the newest tweets, by the tweet's place.

    Args:
        most: tweets.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._brands: OrderedDict[tuple[int, int], list[str]] = OrderedDict()

    def add(self, mention: Mentioned) -> None:
        """One more brand of a tweet."""
        brands = self._brands.setdefault((mention.partition, mention.offset), [])
        if len(brands) < _BRANDS_OF_A_TWEET and mention.brand not in brands:
            brands.append(mention.brand)
        if len(self._brands) > self._most:
            self._brands.popitem(last=False)

    def of(self, partition: int, offset: int) -> list[str] | None:
        """The brands of a tweet; None: unknown."""
        return self._brands.get((partition, offset))
