"""The card of a model version: what it is, how good it is and how to check a copy of it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from sentiment.messages import Label, Probability
from sentiment.reference import Reference

Layout = Literal["ragged", "grouped", "padded"]
"""How the graph takes ids (`sentiment.scorer` feeds it):

`ragged`  inputs `ids` int32 [total] and `offsets` int64 [n + 1]
`grouped` inputs `ids` int32 [total], of texts in groups of one length each, so that nothing is
          padded; `rows` and `lengths` int64 [groups], texts in each group and ids in each text
`padded`  inputs `ids` int32 [n, longest], padded with 0, and `lengths` int32 [n]

Each has one output, `p_negative`, float32 [n], calibrated: the temperature is in the graph.
"""


class GoldenText(BaseModel):
    """A text and what the version said of it when it was made."""

    text: str
    label: Label
    p_negative: Probability


class ErrorRates(BaseModel):
    """Shares of wrong labels on the test part at p = 0.5, for the correction of shares."""

    false_negative: Probability = Field(description="of negative texts, those called positive")
    false_positive: Probability = Field(description="of positive texts, those called negative")


class Card(BaseModel):
    """Stands beside the graph as `card.json`."""

    model_config = ConfigDict(extra="ignore")

    candidate: str
    layout: Layout
    created_at: datetime
    languages: list[str] = Field(["en"], description="a tweet in another `lang` goes unscored")
    data_digest: str = Field("", description="sha256 of the training data")
    metrics: dict[str, float] = Field(default_factory=dict)
    error_rates: ErrorRates | None = None
    band: tuple[Probability, Probability] = Field(
        (0.4, 0.6), description="p_negative inside it is labelled `uncertain`"
    )
    golden: list[GoldenText] = Field(default_factory=list)
    reference: Reference | None = Field(
        None, description="the texts that the version was checked on; drift is measured from it"
    )
    tolerance: float = Field(0.01, gt=0, description="largest |dp| on the golden set")
    schema_version: int = 1

    def label(self, p_negative: float) -> Label:
        """The label of a probability: the band's ends belong to it."""
        if p_negative > self.band[1]:
            return "negative"
        return "positive" if p_negative < self.band[0] else "uncertain"

    def supports(self, lang: str | None) -> bool:
        """Whether a tweet of this language is scored; one without a language is."""
        return lang is None or lang.split("-")[0].lower() in self.languages
