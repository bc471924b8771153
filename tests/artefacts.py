"""Tiny artefacts, made in milliseconds: a linear model over a dozen words."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from sentiment import artefact
from sentiment.card import Card
from sentiment.tokenizer import NgramTokenizer
from trainer.golden import write_golden
from trainer.linear_graph import write_linear_graph

NEGATIVE = ("bad", "late", "awful", "hate", "worst", "sad")
POSITIVE = ("good", "great", "love", "thanks", "best", "smile")


def make_artefact(folder: Path, bias: float = 0.0, candidate: str = "toy") -> Path:
    """Write an artefact whose p_negative is sigmoid(bias + 2 * negative - 2 * positive words).

    Two of them that differ in `bias` are two visibly different versions: with bias 0 a text
    without a known word has 0.5, with bias 3 it has 0.95.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = NgramTokenizer([*NEGATIVE, *POSITIVE], pair_buckets=0)
    tokenizer.save(folder / artefact.TOKENIZER)
    coefficients = np.repeat([2.0, -2.0], [len(NEGATIVE), len(POSITIVE)])
    write_linear_graph(folder / artefact.GRAPH, coefficients, bias)
    write_golden(folder, Card(candidate=candidate, layout="ragged", created_at=datetime.now(UTC)))
    return folder
