"""Goes on from a fast model that was trained: with more rows, other labels or a better teacher.

Without a teacher, what it knew teaches it what it must not forget (Li, Hoiem 2016, "Learning
without Forgetting").
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentiment import artefact
from sentiment.errors import ArtefactError
from sentiment.piece_tokenizer import PieceTokenizer
from sentiment.scorer import Scorer
from sentiment.tokenizer import load_tokenizer
from trainer.candidates.fast import FittedFast
from trainer.candidates.teacher import Teacher
from trainer.context import Context
from trainer.data.augment import variants
from trainer.fast.graph import rounded
from trainer.fast.learning import Plan, learn
from trainer.fast.lessons import Recipe, lesson_of
from trainer.fast.network import Network
from trainer.fast.reading import read_fast_graph
from trainer.fast.vocabulary import shared_words
from trainer.sources.rows import Rows
from trainer.sources.split import Parts

TAUGHT = Recipe(two_class_rows=500_000, taught=100_000, trust=0.7)
"""What it learns from when there is a teacher."""

_KEPT = "en"
"""The language with most texts: of these it keeps its own opinion, as without a teacher."""


@dataclass(frozen=True)
class Further:
    """The candidate and its settings.

    Attributes:
        start: folder of the artefact of a fast model.
        unlabelled: texts of which it keeps its opinion or takes the teacher's; `most_unlabelled` of
            them are drawn.
        teacher: whose opinion it learns from in languages other than English; None: its own.
        copies: made-up variants, for the teacher, of each row of three classes in a language other
            than English: of these there are few texts without labels.
        recipe: how much of what it learns from.
        plan: of the training.
        moved_part: of the weights; the rest is those it started with (as in `Fast.tuned_part`).
    """

    start: Path
    unlabelled: tuple[str, ...] = ()
    teacher: Teacher | None = None
    copies: int = 5
    name: str = "fast"
    recipe: Recipe = field(default_factory=lambda: Recipe(taught=100_000, trust=0.7))
    plan: Plan = field(
        default_factory=lambda: Plan(epochs=1, rate=5e-4, table_rate=0.2, name="further")
    )
    moved_part: float = 0.5
    most_unlabelled: int = 30_000

    def __repr__(self) -> str:
        digest = artefact.digest(self.start)
        taught = f"{self.teacher.candidate}, {self.copies}, " if self.teacher else ""
        return (
            f"Further({digest}, {len(self.unlabelled)} texts, {taught}{self.recipe}, {self.plan}, "
            f"{self.moved_part}, {self.most_unlabelled})"
        )

    def fit(self, parts: Parts, run: Context) -> FittedFast:
        """Train on labels, made-up texts and the teacher's opinion, or that it started with.

        Raises:
            ArtefactError: `start` holds another kind of model.
            TrainingError: there is no version of the teacher.
        """
        rows = parts.train
        tokenizer = _tokenizer(self.start)
        scorer, drawn = Scorer(self.start), self._drawn(run.seed)
        kept = _english(rows, drawn, scorer) if self.teacher else set()

        def opinion(texts: Sequence[str]) -> NDArray[np.float32]:
            found = np.array(scorer.score(texts).probabilities, np.float32)
            if self.teacher:
                asked = [place for place, text in enumerate(texts) if text not in kept]
                others = [texts[place] for place in asked]
                found[asked] = self.teacher.soft_labels(others, rows.digest(), run)
            return found

        texts = [*drawn, *self._variants(rows, run.seed)]
        lesson, origins = lesson_of(rows, texts, tokenizer, opinion, self.recipe, run.seed)
        before, judge = read_fast_graph(self.start / artefact.GRAPH, origins)
        network = Network(before)
        learn(network, lesson, self.plan, run)
        part = self.moved_part
        moved = {
            name: part * now + (1 - part) * before[name] for name, now in network.weights.items()
        }
        card, now = scorer.card, Network(rounded(moved))
        return FittedFast(tokenizer, now, judge, card.languages, card.known_threshold)

    def _drawn(self, seed: int) -> list[str]:
        """Some of the texts without labels."""
        drawn = np.random.default_rng(seed).permutation(len(self.unlabelled))
        return [self.unlabelled[place] for place in np.sort(drawn[: self.most_unlabelled])]

    def _variants(self, rows: Rows, seed: int) -> list[str]:
        """For a teacher: made of the rows of three classes in languages other than English."""
        three = rows.take(~rows.two_class & (rows.languages != _KEPT))
        texts = list[str]()
        for language in dict.fromkeys(three.languages.tolist() if self.teacher else []):
            texts += variants(three.take(three.languages == language).texts, self.copies, seed)
        return texts


def _tokenizer(start: Path) -> PieceTokenizer:
    """Of the version it starts from, with the names, places and groups that are known now."""
    found = load_tokenizer(start / artefact.TOKENIZER)
    if not isinstance(found, PieceTokenizer):
        raise ArtefactError(f"expected a fast model in {start}, got another tokenizer.")
    shared = shared_words() if found.shared else None
    return PieceTokenizer(
        found.words, found.pieces, shared=shared, max_chars=found.max_chars, max_ids=found.max_ids
    )


def _english(rows: Rows, unlabelled: Sequence[str], scorer: Scorer) -> set[str]:
    """Texts of which it keeps its own opinion."""
    of_rows = rows.take(~rows.two_class & (rows.languages == _KEPT)).texts
    answers = scorer.answer(unlabelled)
    pairs = zip(unlabelled, answers, strict=True)
    return {*of_rows, *(text for text, answer in pairs if answer.lang_detected == _KEPT)}
