"""Bodies of the endpoints about brands."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Text
from sentiment.brands.catalogue import WatchedBrand
from sentiment.brands.record import Phrases, WatchedName


class BrandRequest(BaseModel):
    """A brand to watch, and how people call it."""

    model_config = ConfigDict(extra="forbid")

    name: WatchedName = Field(examples=["Air Paradis"])
    handles: Phrases = Field(
        default_factory=list, description="accounts to look for", examples=[["@AirParadis"]]
    )
    names: Phrases = Field(
        default_factory=list,
        description="names and phrases to look for, as whole words in any case, accents or none; "
        "without these and handles the name itself is looked for",
        examples=[["air paradis"]],
    )


class BrandAnswer(BaseModel):
    """A brand that is watched."""

    name: str = Field(description="as on `brand.mentions` and in alerts", examples=["Air Paradis"])
    handles: list[str] = Field(examples=[["@AirParadis"]])
    names: list[str] = Field(examples=[["air paradis"]])
    source: Literal["file", "topic"] = Field(
        description="`topic`: people added it and can remove it; `file`: a file deploys it"
    )
    added_at: datetime | None = Field(None, description="when it was added or last changed")
    added_by: str | None = Field(None, description="name of the key, or of the account")


class BrandList(BaseModel):
    """A page of the brands that are watched, by name."""

    brands: list[BrandAnswer]
    next: str | None = Field(
        None, description="`cursor` of the next page; null: this is the last one"
    )


class BrandTest(BaseModel):
    """A text in which brands are looked for."""

    model_config = ConfigDict(extra="forbid")

    text: Text = Field(examples=["So late again, @AirParadis!"])


class BrandsNamed(BaseModel):
    """The brands that a text names."""

    brands: list[str] = Field(examples=[["Air Paradis"]])


def as_answer(brand: WatchedBrand) -> BrandAnswer:
    """A brand, as the API tells of it."""
    return BrandAnswer(
        name=brand.name,
        handles=list(brand.handles),
        names=list(brand.names),
        source=brand.source,
        added_at=brand.added.added_at if brand.added else None,
        added_by=brand.added.added_by if brand.added else None,
    )
