"""What is written when people add a brand or remove it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sentiment.brands.record import MAX_PHRASE_CHARS, Brand, brand_key
from sentiment.brands.topic import Brands
from sentiment.errors import BrandError


def brand_to_add(
    name: str,
    handles: Sequence[str],
    names: Sequence[str],
    by: str | None,
    known: Brands,
    most: int,
) -> Brand:
    """The record of a brand that is added, or changed.

    A brand without handles and names is looked for by its own name. One that is there keeps its
    spelling, under which all that is known of it stands.

    Args:
        by: who adds it.
        known: the brands that were added before.
        most: that there may be.

    Raises:
        BrandError: there are too many brands, or nothing that can be looked for.
        ValidationError: a name does not fit.
    """
    before = known.get(brand_key(name))
    if before is None and len(known) >= most:
        raise BrandError(
            f"expected at most {most:,} brands, got one more; remove one, or raise "
            "BADBUZZ_BRANDS_MOST for all parts."
        )
    if not (handles or names) and len(name) > MAX_PHRASE_CHARS:
        raise BrandError(
            f"expected a handle or a name to look for, as the brand's own name has more than "
            f"{MAX_PHRASE_CHARS} characters; add one."
        )
    return Brand(
        name=before.name if before else name,
        handles=list(dict.fromkeys(handles)),
        names=list(dict.fromkeys(names)) if handles or names else [name],
        added_at=datetime.now(UTC),
        added_by=by,
    )
