"""A pretrained transformer of a Hugging Face directory, from fine-tuning to its student."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from sentiment import artefact
from sentiment.errors import DataError, TrainingError
from sentiment.scorer import Scorer
from tests.trainer.transformer_directory import first_layers, transformer_directory
from trainer.candidates.candidate import Built, build
from trainer.candidates.distilbert import DistilBert
from trainer.candidates.student import Student
from trainer.candidates.teacher import Teacher
from trainer.context import Context
from trainer.data.source import made_up_tweets
from trainer.data.tweets import Split, Tweets, split
from trainer.graphs.quantise import quantise
from trainer.networks.network import Schedule
from trainer.networks.transformer import read_tokenizer
from trainer.networks.transformer_vectors import word_vectors
from trainer.settings import TrainerSettings

pytestmark = pytest.mark.timeout(900)

LAYERS, WIDTH = 1, 384
DOUBTFUL = ["", "late", "great", "not great", "the flight", "crew", "meh awful love", "good bad"]
PLAN = Schedule(epochs=1, batch=16, rate=2e-4)


@pytest.fixture(scope="module")
def parts() -> Split:
    return split(made_up_tweets(240))


@pytest.fixture(scope="module")
def pretrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real weights, of one layer: training and export take their time by the layer."""
    folder = tmp_path_factory.mktemp("pretrained") / "model"
    return first_layers(transformer_directory(), folder, LAYERS)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, pretrained: Path) -> TrainerSettings:
    folder = tmp_path_factory.mktemp("transformer")
    return TrainerSettings(state_dir=folder, data_dir=folder, transformer=str(pretrained))


@pytest.fixture(scope="module")
def built(settings: TrainerSettings, pretrained: Path, parts: Split) -> Built:
    candidate = DistilBert(str(pretrained), precision="float32", plan=PLAN)
    workplace = settings.training_dir / "distilbert-test"
    run = Context(workplace / "checkpoints", Console(quiet=True))
    made = build(candidate, parts, workplace / "artefact", run)
    artefact.write_card(made.folder, made.card.model_copy(update={"metrics": {"accuracy": 1.0}}))
    return made


def test_the_artefact_agrees_with_keras_and_has_learned(built: Built, parts: Split) -> None:
    assert built.parity <= 1e-5
    right = (Scorer(built.folder).score(parts.test.texts).p_negative >= 0.5) == parts.test.negative
    assert right.mean() > 0.8


def test_a_text_scores_the_same_alone_and_padded_in_any_batch(built: Built, parts: Split) -> None:
    scorer = Scorer(built.folder)
    texts = ["", "late", *parts.test.texts[:10], "so " * 300, "\U0001f621"]
    alone = np.array([scorer.score([text]).p_negative[0] for text in texts])
    np.testing.assert_allclose(scorer.score(texts).p_negative, alone, atol=1e-5)


def test_in_8_bits_the_same_weights_say_nearly_the_same(
    built: Built, parts: Split, tmp_path: Path
) -> None:
    small = tmp_path / "int8"
    shutil.copytree(built.folder, small)
    quantise(small / "model.onnx")
    texts = [*parts.test.texts, *DOUBTFUL]
    apart = np.abs(
        Scorer(small).score(texts).p_negative - Scorer(built.folder).score(texts).p_negative
    )
    # As `build` judges it: single texts may move. The made-up ones are far from any doubt: they are
    # told apart without an error, and the temperature is the lowest there is.
    assert 0 < apart.mean() <= 0.05
    # A layer multiplies by 12 n² weights (n: its width); of the four bytes of each, one is left.
    weights = LAYERS * 12 * WIDTH**2
    saved = (built.folder / "model.onnx").stat().st_size - (small / "model.onnx").stat().st_size
    assert 0.95 < saved / (3 * weights) < 1.05


def test_the_student_learns_from_the_teachers_soft_labels(
    built: Built, settings: TrainerSettings, parts: Split, tmp_path: Path
) -> None:
    (tmp_path / "glove.6B.50d.txt").write_text("great 1 0 0\nawful 0 1 0\nnot 0 0 1\n")
    plan = Schedule(epochs=3, batch=32, rate=5e-3)
    student = Student(tmp_path, Teacher(settings), copies=1, units=8, plan=plan)
    run = Context(tmp_path / "checkpoints", Console(quiet=True))
    learned = build(student, parts, tmp_path / "artefact", run)
    assert learned.parity <= 1e-5
    teacher, pupil = Scorer(built.folder), Scorer(learned.folder)
    both = np.corrcoef(
        teacher.score(parts.test.texts).p_negative, pupil.score(parts.test.texts).p_negative
    )[0, 1]
    assert both > 0.7
    assert list((tmp_path / "checkpoints").glob("opinion-*/*.npy"))


def test_words_count_by_the_real_texts_not_by_their_variants(
    settings: TrainerSettings, built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.registry.versions.newest_of", lambda *_: Scorer(built.folder))
    (tmp_path / "glove.6B.50d.txt").write_text("great 1 0 0\nawful 0 1 0\nnot 0 0 1\n")
    texts = [f"awful {word} again and again" for word in ("alpha", "beta", "gamma", "delta")]
    few = Tweets(texts, np.array([1, 0, 1, 0], np.int8))
    plan = Schedule(epochs=1, batch=8, rate=1e-3)
    student = Student(tmp_path, Teacher(settings), copies=9, units=4, read_dimensions=2, plan=plan)
    run = Context(tmp_path / "checkpoints", Console(quiet=True))
    learned = student.fit(Split(few, few, few), run)
    words = learned.tokenizer.vocabulary
    assert {"great", "awful", "not", "again"} <= set(words)
    assert not {"alpha", "beta", "gamma", "delta"} & set(words)


def test_without_a_teacher_the_student_says_what_to_train_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.registry.versions.newest_of", lambda *_: None)
    settings = TrainerSettings(state_dir=tmp_path)
    with pytest.raises(TrainingError, match="badbuzz train distilbert student"):
        Teacher(settings).soft_labels(["a"], "", Context(tmp_path, Console(quiet=True)))


def test_a_directory_without_a_tokenizer_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected tokenizer\.json in"):
        read_tokenizer(tmp_path, 64)


def test_links_and_mentions_are_single_tokens_for_the_transformer() -> None:
    tokenizer = read_tokenizer(transformer_directory(), 64)
    content = json.loads((transformer_directory() / "tokenizer.json").read_text())
    vocabulary = content["model"]["vocab"]
    ids = tokenizer.encode(["@anna http://a.bc"]).ids.tolist()
    assert ids[1:-1] == [vocabulary["@"], vocabulary["http"]]


def test_word_vectors_of_the_transformer_put_like_words_near_each_other(tmp_path: Path) -> None:
    words = ["great", "awesome", "terrible", "plane", "flight", "banana", "monday", "angry"]
    run = Context(tmp_path, Console(quiet=True))
    vectors = word_vectors(transformer_directory(), words, 6, run)
    assert vectors.shape == (8, 6)
    near = vectors @ vectors.T / np.outer(*[np.linalg.norm(vectors, axis=1)] * 2)
    assert near[0, 1] > near[0, 5]
    assert near[3, 4] > near[3, 5]
