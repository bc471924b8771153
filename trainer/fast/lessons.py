"""Puts together what the fast model learns from."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sentiment.piece_tokenizer import PieceTokenizer
from trainer.data.augment import ANGRY, HAPPY
from trainer.data.sentences import made_up_texts
from trainer.fast.rows import NO_OFFSET, Lesson, labelled, soft, together
from trainer.sources.rows import Rows
from trainer.sources.split import some_of_each

_NEGATIVE = 0

Opinion = Callable[[Sequence[str]], NDArray[np.float32]]
"""What a teacher thinks of texts: shares of the three classes, float32 [n, 3]."""


@dataclass(frozen=True)
class Recipe:
    """How much of what.

    Attributes:
        two_class_rows: at most, drawn; all by default.
        repeats: times that everything but two-class rows is seen in one epoch.
        taught: rows of each source and language of three classes, at most, on which the teacher is
            asked.
        trust: the teacher's part of the label of such a row; the rest is the label.
        unlabelled_weight: of a text that has the teacher's opinion alone.
        made_up: texts of each language that are made up of words.
        made_up_weight: of such a text.
        emoticons: share of the two-class rows that are seen with a face of their label as well.
    """

    two_class_rows: int | None = None
    repeats: int = 3
    taught: int = 2_000
    trust: float = 0.65
    unlabelled_weight: float = 1.0
    made_up: int = 12_000
    made_up_weight: float = 0.4
    emoticons: float = 0.1


def lesson_of(
    rows: Rows,
    unlabelled: Sequence[str],
    tokenizer: PieceTokenizer,
    opinion_of: Opinion | None,
    recipe: Recipe,
    seed: int,
) -> tuple[Lesson, int]:
    """All that is learned from, and the number of origins that have an offset."""
    two = rows.take(_drawn(np.flatnonzero(rows.two_class), recipe.two_class_rows, seed))
    three = rows.take(~rows.two_class)
    made_up = len(rows.sources)
    often = [labelled(three, tokenizer.encode(three.texts)), _made_up(tokenizer, recipe, made_up)]
    if opinion_of:
        asked = some_of_each(three, recipe.taught, seed)
        opinion = opinion_of([*(three.texts[row] for row in asked), *unlabelled])
        often[0] = _mixed(often[0], asked, opinion[: len(asked)], recipe.trust)
        weight = recipe.unlabelled_weight
        taught = tokenizer.encode(unlabelled)
        often.append(soft(taught, opinion[len(asked) :], weight, NO_OFFSET))
    faces = _with_faces(two, recipe.emoticons, seed)
    once = [labelled(some, tokenizer.encode(some.texts)) for some in (two, faces)]
    return together([*once, *often * recipe.repeats]), made_up + 1


def _mixed(
    lesson: Lesson, asked: NDArray[np.int64], opinion: NDArray[np.float32], trust: float
) -> Lesson:
    """The lesson, with the teacher's opinion in the labels of the rows that it was asked about."""
    shares = lesson.shares.copy()
    shares[asked] = trust * opinion + (1 - trust) * shares[asked]
    return replace(lesson, shares=shares)


def _made_up(tokenizer: PieceTokenizer, recipe: Recipe, origin: int) -> Lesson:
    made = made_up_texts(recipe.made_up)
    ids = tokenizer.encode([one.text for one in made])
    return soft(ids, np.array([one.shares for one in made]), recipe.made_up_weight, origin)


def _with_faces(rows: Rows, share: float, seed: int) -> Rows:
    """Some rows with an emoticon or emoji of their label at the end.

    Sentiment140's labels were its emoticons, which were then taken out; a model that learns from
    the rest has never seen one.
    """
    generator = random.Random(seed)  # noqa: S311 - repeatable on purpose, guards nothing
    count = int(share * len(rows))
    some = rows.take(_drawn(np.arange(len(rows)), count, seed))
    faces = [ANGRY if label == _NEGATIVE else HAPPY for label in some.labels]
    texts = [
        f"{text.rstrip()} {generator.choice(of_label)}"
        for text, of_label in zip(some.texts, faces, strict=True)
    ]
    return Rows(texts, some.labels, some.origins, some.sources, some.groups)


def _drawn(rows: NDArray[np.int64], most: int | None, seed: int) -> NDArray[np.int64]:
    if most is None or len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
