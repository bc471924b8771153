"""Tiny artefacts, made in milliseconds: a linear model over a dozen words."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from sentiment import artefact
from sentiment.card import THREE, Card
from sentiment.tokenizer import NgramTokenizer
from tests.three_class_graph import write_three_class_graph
from trainer.evaluation.golden import write_golden
from trainer.graphs.linear_graph import write_linear_graph

NEGATIVE = ("bad", "late", "awful", "hate", "worst", "sad")
NEUTRAL = ("flight", "gate", "today", "fact", "monday", "tarmac")
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


def make_three_class_artefact(
    folder: Path,
    bias: float = 0.0,
    candidate: str = "toy3",
    known_threshold: float = 0.5,
    languages: tuple[str, ...] = ("en", "fr"),
) -> Path:
    """Write an artefact of three classes: a word adds 3 to the logit of its class.

    A text without any of its words has a p_known of 0.05, one with a word 0.95. `bias` is added
    to the logit of negative. Where two classes are within 0.1, the label is `uncertain`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kinds = (NEGATIVE, NEUTRAL, POSITIVE)
    tokenizer = NgramTokenizer([word for kind in kinds for word in kind], pair_buckets=0)
    tokenizer.save(folder / artefact.TOKENIZER)
    coefficients = np.repeat(3.0 * np.eye(3), [len(kind) for kind in kinds], axis=0)
    certain = np.full((len(coefficients), 1), 6.0)
    intercepts = np.array([bias, 0.0, 0.0, -3.0])
    write_three_class_graph(folder / artefact.GRAPH, np.hstack([coefficients, certain]), intercepts)
    card = Card(
        candidate=candidate,
        layout="ragged",
        created_at=datetime.now(UTC),
        classes=THREE,
        languages=list(languages),
        known_threshold=known_threshold,
        margin=0.1,
    )
    write_golden(folder, card)
    return folder
