"""A small network that learns from a transformer's soft labels, to score at the stream's speed.

Distillation (Hinton, Vinyals, Dean 2015) into a recurrent network with made-up variants of the
texts (Tang et al. 2019, "Distilling Task-Specific Knowledge from BERT").
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from trainer.candidates.lstm import pooled_states
from trainer.candidates.teacher import Teacher
from trainer.context import Context
from trainer.data.augment import variants, with_emoticons
from trainer.data.source import unlabelled_tweets
from trainer.data.tweets import Split
from trainer.networks import network, word_network
from trainer.networks.glove import Vectors, find_glove, load_glove
from trainer.networks.transformer import fetched
from trainer.networks.transformer_vectors import word_vectors


@dataclass(frozen=True)
class Student:
    """The candidate and its settings.

    Attributes:
        glove: the folder with GloVe's files.
        teacher: gives the soft labels.
        copies: made-up variants of each training text; more bring it nearer to its teacher.
        read_dimensions: of the word vectors that the transformer gives, beside GloVe's.
        trust: weight of the teacher's opinion on labelled texts; the rest is the label's.
        units: of each direction.
        strength: inverse of the L2 penalty of the linear model beside the network, which learns
            from the labels themselves: the teacher's opinion the network has already.
    """

    glove: Path
    teacher: Teacher
    name: str = "student"
    copies: int = 5
    read_dimensions: int = 64
    trust: float = 0.8
    units: int = 96
    strength: float = 1.0
    plan: network.Schedule = field(
        default_factory=lambda: network.Schedule(epochs=4, batch=512, rate=2.5e-3)
    )

    def fit(self, split: Split, run: Context) -> word_network.FittedWordNetwork:
        """Ask the teacher, then train with early stopping on the real labels."""
        labelled = with_emoticons(split.train)
        real = [*labelled.texts, *unlabelled_tweets(self.teacher.settings.unlabelled)]
        texts = [*real, *variants(labelled.texts, self.copies)]
        soft = self.teacher.soft_labels(texts, split.train.digest(), run)[:, 0]
        known = len(labelled)
        soft[:known] = self.trust * soft[:known] + (1 - self.trust) * labelled.negative
        glove = load_glove(find_glove(self.glove))
        words = word_network.vocabulary(real, glove)
        vectors = self._vectors(words, glove, run)
        shape = word_network.Shape(self._layers, words, vectors, dropout=(0.1, 0.2))
        train = word_network.Texts(texts, soft)
        alone = word_network.fit_to(shape, self.plan, train, split.validation, run)
        labels = word_network.Texts(labelled.texts, labelled.negative.astype(np.float32))
        with run.waiting("linear model beside it"):
            return word_network.widened(alone, labels, split.validation, self.strength)

    def _vectors(self, words: list[str], glove: Vectors, run: Context) -> Vectors:
        """GloVe's vector and the transformer's for each word, end to end."""
        folder = fetched(self.teacher.settings.transformer)
        read = word_vectors(folder, words, self.read_dimensions, run)
        known = np.stack(list(glove.values()))
        mean = known.mean(axis=0)
        both = zip(words, read * known.std(), strict=True)
        return {word: np.concatenate([glove.get(word, mean), vector]) for word, vector in both}

    def _layers(self, embedded: Any) -> Any:
        return pooled_states(embedded, self.units)
