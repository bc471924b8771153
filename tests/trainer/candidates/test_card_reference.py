"""What a trained version knows of the texts that it was checked on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from sentiment.reference import Unknown
from sentiment.scorer import Scorer
from trainer.candidates import candidate
from trainer.candidates.candidate import build
from trainer.candidates.logistic import Logistic
from trainer.context import Context
from trainer.data.source import made_up_tweets
from trainer.data.tweets import split


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
    found = reference.p_negative.count(scorer.score(texts).p_negative.astype(float)) / len(texts)
    assert found.tolist() == pytest.approx(reference.p_negative.shares, abs=0.01)
    unknown = reference.unknown_tokens.count(Unknown(scorer.tokenizer).shares(texts))
    assert (unknown / len(texts)).tolist() == pytest.approx(reference.unknown_tokens.shares)


def test_a_data_set_that_is_sorted_by_label_gives_a_reference_of_both_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidate, "_REFERENCE", 50)
    parts = split(made_up_tweets(1_500))
    order = np.argsort(parts.validation.negative, kind="stable")
    texts = [parts.validation.texts[place] for place in order]
    ordered = replace(parts.validation, texts=texts, negative=parts.validation.negative[order])
    run = Context(tmp_path / "checkpoints", Console(quiet=True))
    small = Logistic(pair_buckets=1 << 12, run_buckets=1 << 12)
    built = build(small, replace(parts, validation=ordered), tmp_path / "artefact", run)
    reference = built.card.reference
    assert reference is not None
    assert reference.texts <= 51
    assert sum(reference.p_negative.shares[:5]) == pytest.approx(0.5, abs=0.15)
