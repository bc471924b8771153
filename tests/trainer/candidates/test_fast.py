"""The fast candidate, from rows of several sources and a teacher to an artefact."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from sentiment.piece_tokenizer import PieceTokenizer
from sentiment.scorer import Scorer
from tests.trainer.candidates.test_multilingual import FILL, WORDS, rows
from tests.trainer.encoder_directory import encoder, write_directory
from trainer.candidates.fast import Fast
from trainer.candidates.three_class import build_three
from trainer.context import Context
from trainer.fast import known, vocabulary
from trainer.fast.lessons import Recipe
from trainer.sources.split import split_sources

pytest.importorskip("tensorflow", reason="`make install-keras` brings TensorFlow")
pytest.importorskip("wordfreq", reason="`make install-multilingual` brings wordfreq")

from trainer.fast.learning import Plan


def _opinion(texts: Sequence[str], _digest: str, _run: Context) -> np.ndarray:
    """A teacher that is right, and sure of it."""
    shares = [[0.9 if set(text.split()) & set(WORDS[label]) else 0.05 for label in range(3)]
              for text in texts]  # fmt: skip
    return (np.array(shares) / np.sum(shares, axis=1, keepdims=True)).astype(np.float32)


def test_it_learns_from_labels_and_teacher_and_its_artefact_agrees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(vocabulary.FREQUENT, "en", 200)
    for language in ("fr", "ar", "de", "es", "hi", "it", "pt"):
        monkeypatch.setitem(vocabulary.FREQUENT, language, 50)
    monkeypatch.setattr(known, "OTHERS", ("nl", "tr"))
    parts = split_sources(rows())
    words = [*WORDS[0], *WORDS[1], *WORDS[2], *FILL, "indeed"]
    (tmp_path / "encoder").mkdir()
    directory = write_directory(tmp_path / "encoder", encoder(), words)
    recipe = Recipe(repeats=2, made_up=200)
    candidate = Fast(
        str(directory),
        tuple(f"{word} my flight" for group in WORDS.values() for word in group),
        SimpleNamespace(soft_labels=_opinion, candidate="multilingual"),  # type: ignore[arg-type]
        width=16,
        channels=24,
        recipe=recipe,
        tuning=recipe,
        plan=Plan(epochs=6, batch=64, rate=5e-3),
        tuning_plan=Plan(epochs=2, batch=64, rate=2e-3, name="tuning"),
    )
    run = Context(tmp_path / "checkpoints", Console(quiet=True))
    built = build_three(candidate, parts, tmp_path / "artefact", run)
    assert built.parity < 1e-5
    assert built.card.known_threshold > 0
    assert {path.name for path in run.checkpoints.glob("*.npz")} == {"labels.npz", "tuning.npz"}
    three = parts.test.take(~parts.test.two_class)
    found = Scorer(built.folder).score(three.texts).probabilities.argmax(axis=1)
    assert (found == three.labels).mean() > 0.9


def test_each_language_is_told_apart_though_a_source_holds_another_one_as_well() -> None:
    tokenizer = PieceTokenizer(["late", "flight", "the", "vol", "le", "retard", "der", "zug"], [])
    texts = {"en": ["the late flight", "the flight"], "fr": ["le vol", "the late flight"]}
    table = known.language_table(tokenizer, texts | {"de": ["der zug"]})
    ids = tokenizer.encode(["the flight", "le vol le retard", "der zug"])
    sums = [table[ids.ids[first:last]].sum(axis=0) for first, last in pairwise(ids.offsets)]
    assert np.argmax(sums, axis=1).tolist() == [0, 1, 2]
