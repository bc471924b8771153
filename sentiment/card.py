"""The card of a model version: what it is, how good it is and how to check a copy of it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from sentiment.messages import Label, Probability, Sentiment
from sentiment.reading.languages import language_of
from sentiment.reference import Reference

Layout = Literal["ragged", "grouped", "padded"]
"""How the graph takes ids (`sentiment.scorer` feeds it):

`ragged`  inputs `ids` int32 [total] and `offsets` int64 [n + 1]
`grouped` inputs `ids` int32 [total], of texts in groups of one length each, so that nothing is
          padded; `rows` and `lengths` int64 [groups], texts in each group and ids in each text
`padded`  inputs `ids` int32 [n, longest], padded with 0, and `lengths` int32 [n]

The output of a version of two classes is `p_negative`, float32 [n]; that of three is
`probabilities`, float32 [n, 3], in the order of the card's `classes`, rows adding up to 1. Both are
calibrated: temperature and bias are in the graph. A second output, `p_known`, float32 [n], may
tell the chance that the model can judge the text: that it is in one of its languages, and holds
more than names and links.
"""

TWO: tuple[Sentiment, ...] = ("negative", "positive")
THREE: tuple[Sentiment, ...] = ("negative", "neutral", "positive")


class GoldenText(BaseModel):
    """A text and what the version said of it when it was made."""

    text: str
    label: Label
    p_negative: Probability
    p_neutral: Probability | None = Field(None, description="none from a version of two classes")
    p_positive: Probability | None = Field(None, description="likewise")


class ErrorRates(BaseModel):
    """Shares of wrong labels on the test part, without a band, for the correction of shares."""

    false_negative: Probability = Field(description="of negative texts, those called otherwise")
    false_positive: Probability = Field(description="of all other texts, those called negative")


class Card(BaseModel):
    """Stands beside the graph as `card.json`."""

    model_config = ConfigDict(extra="ignore")

    candidate: str
    layout: Layout
    created_at: datetime
    classes: tuple[Sentiment, ...] = Field(TWO, description="that the graph predicts")
    languages: list[str] = Field(["en"], description="a tweet in another `lang` goes unscored")
    known_threshold: Probability = Field(
        0.0, description="texts with a smaller p_known are `unsupported`; 0 switches this off"
    )
    data_digest: str = Field("", description="sha256 of the training data")
    metrics: dict[str, float] = Field(default_factory=dict)
    error_rates: ErrorRates | None = None
    negative_prior: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="share of negative texts that p_negative is calibrated for; shares of brands "
        "are corrected by it (`sentiment.prevalence`), and counted by label without it",
    )
    band: tuple[Probability, Probability] = Field(
        (0.4, 0.6), description="of two classes: p_negative inside it is labelled `uncertain`"
    )
    margin: Probability = Field(
        0.0, description="of three: `uncertain` where the best is ahead of the second by less"
    )
    golden: list[GoldenText] = Field(default_factory=list)
    reference: Reference | None = Field(
        None, description="the texts that the version was checked on; drift is measured from it"
    )
    tolerance: float = Field(0.01, gt=0, description="largest |dp| on the golden set")
    schema_version: int = 1

    @field_validator("classes")
    @classmethod
    def _known_classes(cls, classes: tuple[Sentiment, ...]) -> tuple[Sentiment, ...]:
        if classes not in (TWO, THREE):
            raise ValueError(f"expected {list(TWO)} or {list(THREE)}, got {list(classes)}")
        return classes

    @property
    def three(self) -> bool:
        """Whether the version predicts neutral."""
        return self.classes == THREE

    def supports(self, lang: str | None) -> bool:
        """Whether the version knows this language; a text without one may be of a known one."""
        language = language_of(lang)
        return language is None or language in self.languages

    def least_known(self, lang: str | None) -> float | None:
        """The p_known that a text needs which is said to be in `lang`; None: it is not scored.

        What is said of the language is trusted unless the text contradicts: a language of the
        version halves what is needed, and another one halves what may be lacking.
        """
        threshold = self.known_threshold
        if language_of(lang) is None:
            return threshold
        if self.supports(lang):
            return threshold / 2
        return (1 + threshold) / 2 if threshold else None
