"""The fast candidate that goes on from the version that ships, on rows of several sources."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from rich.console import Console

from sentiment import artefact
from sentiment.errors import ArtefactError
from sentiment.piece_tokenizer import PieceTokenizer
from sentiment.scorer import Scorer
from sentiment.tokenizer import load_tokenizer
from tests.trainer.candidates.test_multilingual import WORDS, rows
from trainer.candidates.catalogue import missing, three_class_candidate
from trainer.candidates.further import TAUGHT, Further
from trainer.candidates.teacher import Teacher
from trainer.candidates.three_class import build_three
from trainer.context import Context
from trainer.fast.lessons import Recipe
from trainer.fast.vocabulary import shared_words
from trainer.settings import TrainerSettings
from trainer.shipped import shipped_folder
from trainer.sources.rows import Rows
from trainer.sources.split import split_sources

pytest.importorskip("tensorflow", reason="`make install-keras` brings TensorFlow")

from trainer.fast.learning import Plan

_MADE_UP = "blorf quandip zemmul tryxo gavvit plonka smerd hovul wiggat drunfel yapso kleem"
_NEW = dict(
    zip((word for words in WORDS.values() for word in words), _MADE_UP.split(), strict=True)
)
FOREIGN = ("pire compagnie, plus jamais ça", "le vol est annulé, quelle honte", "vol perdu")
KNOWN = ("worst airline ever, never again", "thank you for a lovely flight", "gate 7 opens at 9")


def test_it_learns_what_is_new_and_keeps_what_it_knew(tmp_path: Path) -> None:
    parts = split_sources(_in_words_of_its_own())
    start = shipped_folder()
    candidate = Further(
        start,
        KNOWN,
        recipe=Recipe(repeats=2, taught=0, made_up=30, unlabelled_weight=20.0),
        plan=Plan(epochs=12, batch=64, rate=2e-3, name="further"),
        moved_part=0.9,
    )
    run = Context(tmp_path / "checkpoints", Console(quiet=True))
    built = build_three(candidate, parts, tmp_path / "artefact", run)
    assert built.parity < 1e-5
    assert built.card.known_threshold == Scorer(start).card.known_threshold
    tokenizer = load_tokenizer(built.folder / artefact.TOKENIZER)
    assert isinstance(tokenizer, PieceTokenizer)
    assert tokenizer.shared == shared_words(), "names and groups added since the start are known"
    three = parts.test.take(~parts.test.two_class)
    before, after = Scorer(start), Scorer(built.folder)
    assert _right(before, three.texts, three.labels) < 0.7
    assert _right(after, three.texts, three.labels) > 0.9
    opinions = [
        scorer.score(KNOWN).probabilities.argmax(axis=1).tolist() for scorer in (before, after)
    ]
    assert opinions[0] == opinions[1] == [0, 2, 1]
    languages = [answer.lang_detected for answer in after.answer(["le vol est annulé", *KNOWN])]
    assert languages == ["fr", "en", "en", "en"]


def test_a_teacher_is_believed_and_asked_about_other_languages_alone(tmp_path: Path) -> None:
    parts, asked = split_sources(rows()), list[str]()

    class Praises(Teacher):
        def soft_labels(
            self, texts: Sequence[str], data_digest: str, run: Context
        ) -> NDArray[np.float32]:
            asked.extend(texts)
            return np.tile(np.array([0, 0, 1], np.float32), (len(texts), 1))

    candidate = Further(
        shipped_folder(),
        (*KNOWN, *FOREIGN),
        Praises(TrainerSettings(data_dir=tmp_path)),
        copies=2,
        recipe=Recipe(repeats=2, taught=0, made_up=30, unlabelled_weight=20.0),
        plan=Plan(epochs=12, batch=64, rate=2e-3, name="further"),
        moved_part=1.0,
    )
    fitted = candidate.fit(parts, Context(tmp_path / "checkpoints", Console(quiet=True)))
    assert fitted.logits(FOREIGN).argmax(axis=1).tolist() == [2, 2, 2]
    assert fitted.logits(KNOWN).argmax(axis=1).tolist() == [0, 2, 1]
    three = parts.train.take(~parts.train.two_class & (parts.train.languages != "en"))
    variants_asked = set(asked) - set(FOREIGN)
    assert len(asked) == len(FOREIGN) + 2 * len(three)
    words = {word for text in three.texts for word in text.split()}
    assert {word for text in variants_asked for word in text.split()} <= words


def _in_words_of_its_own() -> Rows:
    """Rows whose class is said by a word that no model has seen."""
    known = rows()
    texts = [" ".join(_NEW.get(word, word) for word in text.split()) for text in known.texts]
    return replace(known, texts=texts)


def _right(scorer: Scorer, texts: list[str], labels: np.ndarray) -> float:
    return float((scorer.score(texts).probabilities.argmax(axis=1) == labels).mean())


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / artefact.TOKENIZER).write_bytes(
        (shipped_folder() / artefact.TOKENIZER).read_bytes()
    )
    (tmp_path / artefact.CARD).write_bytes((shipped_folder() / artefact.CARD).read_bytes())
    (tmp_path / artefact.GRAPH).write_bytes(b"no graph")
    run = Context(tmp_path / "checkpoints", Console(quiet=True))
    with pytest.raises(ArtefactError):
        Further(tmp_path).fit(split_sources(rows()), run)


def test_a_setting_chooses_it_and_it_needs_no_word_lists(tmp_path: Path) -> None:
    settings = TrainerSettings(data_dir=tmp_path, start=str(shipped_folder()))
    assert missing("fast", settings) is None
    assert three_class_candidate("fast", settings) == Further(shipped_folder())
    taught = settings.model_copy(update={"taught": True, "copies": 3})
    teacher = Teacher(taught, "multilingual", "fast")
    assert three_class_candidate("fast", taught) == Further(
        shipped_folder(), (), teacher, 3, recipe=TAUGHT
    )
