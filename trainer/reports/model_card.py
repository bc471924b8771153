"""The model card of a version of three classes (Mitchell et al. 2019, "Model Cards for Model
Reporting"), as Markdown: it stands in MLflow on the run and on the version."""

from collections.abc import Sequence
from dataclasses import dataclass

from sentiment.card import Card
from trainer.evaluation.parts import PartMetrics
from trainer.sources.rows import Rows

COPIES_LEFT_OUT = "of validation and test texts are left out of training."
"""What the card learned from besides labels follows it."""


@dataclass(frozen=True)
class Origin:
    """How a version was made.

    Attributes:
        command: that makes it again.
        seed: of everything random.
        commit: of badbuzz, or its version.
        learned: from what besides labels; a sentence.
    """

    command: str
    seed: int
    commit: str
    learned: str = ""


def model_card(card: Card, train: Rows, parts: Sequence[PartMetrics], origin: Origin) -> str:
    """The card: what it is, what it learned from, what it is worth, what it cannot do."""
    sections = [
        _what(card),
        _data(card, train, origin),
        _worth(parts),
        _LIMITS,
        _again(card, origin),
    ]
    return "\n\n".join(section.strip() for section in sections) + "\n"


def _what(card: Card) -> str:
    return f"""
# {card.candidate}

Sentiment of tweets: {", ".join(card.classes)}. Languages: {", ".join(card.languages)}.
Made {card.created_at:%Y-%m-%d}.

It is for the share of unhappy posts about a brand, and for finding posts to read. It is not for
decisions about a person.
"""


def _data(card: Card, train: Rows, origin: Origin) -> str:
    counts = [
        f"| {source.name} | {source.language} | {source.classes} | {source.weight:g} "
        f"| {int((train.origins == number).sum()):,} |"
        for number, source in enumerate(train.sources)
    ]
    table = "\n".join(counts)
    return f"""
## Data statement

Public tweets with labels; `docs/data.md` names each set's authors, terms and licence. Near copies
{COPIES_LEFT_OUT} {origin.learned}

| source | language | classes | weight of a row | training rows |
|---|---|---|---|---|
{table}

Digest of the training rows: `{card.data_digest}`. People wrote these tweets from 2009 to 2018, most
of them in English, many in the United States; the labels are those of their annotators, who agree
on about four of five. Labels of Sentiment140 are its emoticons.
"""


def _worth(parts: Sequence[PartMetrics]) -> str:
    rows = "\n".join(
        f"| {part.part} | {part.rows:,} | {part.accuracy:.3f} | {part.macro_f1:.3f} "
        f"| {part.macro_recall:.3f} | {part.calibration_error:.3f} | {part.negative_error:+.3f} |"
        for part in parts
    )
    return f"""
## Figures on test rows that it never saw

| part | rows | accuracy | macro-F1 | macro recall | calibration error | p(negative) too high by |
|---|---|---|---|---|---|---|
{rows}

Sources of two classes are judged by negative against positive.
"""


_LIMITS = """
## Limits

Irony is found only where its words give it away. A share of negatives needs correction where a
brand's posts differ from the training tweets (`sentiment.prevalence`). Romanised Hindi is read much
worse than the other languages, and UMSAB's labels of it look random: its figures say little. Names
of people, places and groups of people share one id each, as far as lists know them; what the lists
lack may carry sentiment.
"""


def _again(card: Card, origin: Origin) -> str:
    return f"""
## Made by

`{origin.command}`, seed {origin.seed}, badbuzz {origin.commit}, training data `{card.data_digest}`.
"""
