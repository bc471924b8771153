"""What a trained version knows of the texts that it was checked on."""

from pathlib import Path

import pytest
from rich.console import Console

from sentiment.reference import Unknown
from sentiment.scorer import Scorer
from trainer.candidate import build
from trainer.candidates.logistic import Logistic
from trainer.context import Context
from trainer.data import split
from trainer.source import made_up_tweets


def test_a_built_version_carries_the_distribution_of_its_validation_texts(tmp_path: Path) -> None:
    parts = split(made_up_tweets(1_500))
    run = Context(tmp_path / "checkpoints", Console(quiet=True))
    small = Logistic(pair_buckets=1 << 12, run_buckets=1 << 12)
    folder = tmp_path / "artefact"
    reference = build(small, parts, folder, run).card.reference
    assert reference is not None
    texts = parts.validation.texts
    assert reference.texts == len(texts)
    scorer = Scorer(folder)
    found = reference.p_negative.count(scorer.score(texts).astype(float)) / len(texts)
    assert found.tolist() == pytest.approx(reference.p_negative.shares, abs=0.01)
    unknown = reference.unknown_tokens.count(Unknown(scorer.tokenizer).shares(texts))
    assert (unknown / len(texts)).tolist() == pytest.approx(reference.unknown_tokens.shares)
