"""Whether the fast model can judge a text, and in which language it is: linear models over its ids.

Texts of the model's languages stand against words of thirty others, drawn by their frequency, and
against texts of signs and numbers alone. Its languages are told apart by naive Bayes: labels of
rows say what a source is in, and a source in Hindi holds English tweets, too.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression

from sentiment.piece_tokenizer import PieceTokenizer
from sentiment.ragged import Ragged
from trainer.fast.vocabulary import FREQUENT

OTHERS = (
    "bg", "bn", "cs", "da", "el", "fa", "fi", "fil", "he", "hu", "id", "is", "ja", "ko", "lt",
    "lv", "mk", "ms", "nb", "nl", "pl", "ro", "ru", "sh", "sk", "sl", "sv", "ta", "tr", "uk",
    "ur", "vi", "zh",
)  # fmt: skip
"""Languages of which wordfreq has lists and the model knows nothing. Catalan is too near to Spanish
to be told apart by words."""

_NOTHING_KNOWN = -10.0
_RARE = 1e-6
"""Added to the frequency of each id, so that one text of a rare word proves nothing."""
_SIGNS = (".", "..", "!", "?", "-", "/", "*", "1", "22", "2026", "%", ":", "(", ")", "+", "|", "_")


@dataclass(frozen=True)
class Judge:
    """What each id says of the text that it stands in.

    Attributes:
        known: float32 [size]; their mean is the log odds that the text can be judged.
        languages: float32 [size, languages]; the largest sum is that of the text's language.
    """

    known: NDArray[np.float32]
    languages: NDArray[np.float32]


def fit_judge(tokenizer: PieceTokenizer, texts: Mapping[str, Sequence[str]], seed: int) -> Judge:
    """Learn both.

    Args:
        tokenizer: of the model.
        texts: that the model can judge, by their language.
        seed: of the texts that are made up.
    """
    generator = random.Random(seed)  # noqa: S311 - repeatable on purpose, guards nothing
    own = {language: list(some) for language, some in texts.items()}
    for language in filter(FREQUENT.__contains__, own):
        own[language] += made_of_words([language], len(own[language]) // 4, generator)
    known = [text for some in own.values() for text in some]
    foreign = made_of_words(OTHERS, len(known), generator) + _signs(len(known) // 20, generator)
    means = _means(tokenizer.encode(known), tokenizer.size)
    others = _means(tokenizer.encode(foreign), tokenizer.size)
    judged = np.arange(len(known) + len(foreign)) < len(known)
    estimator = LogisticRegression(C=20.0, max_iter=100, tol=1e-3, class_weight="balanced")
    estimator.fit(vstack([means, others]), judged)
    odds: NDArray[np.float32] = (estimator.coef_[0] + estimator.intercept_[0]).astype(np.float32)
    odds[0] = _NOTHING_KNOWN
    return Judge(odds, language_table(tokenizer, texts))


def language_table(
    tokenizer: PieceTokenizer, texts: Mapping[str, Sequence[str]]
) -> NDArray[np.float32]:
    """Naive Bayes: the logarithm of how frequent each id is in each language, less their mean.

    An id's frequency is the mean of that in texts and of that in wordfreq's list.

    Returns:
        float32 [size, languages].
    """
    columns = []
    for language, some in texts.items():
        ids = tokenizer.encode(some).ids
        found = [np.bincount(ids, minlength=tokenizer.size) / max(len(ids), 1)]
        if language in FREQUENT:
            found.append(_of_list(tokenizer, language))
        columns.append(np.log(np.mean(found, axis=0) + _RARE))
    table = np.stack(columns, axis=1)
    table -= table.mean(axis=1, keepdims=True)
    return table.astype(np.float32)


def _of_list(tokenizer: PieceTokenizer, language: str) -> NDArray[np.float64]:
    from wordfreq import get_frequency_dict  # noqa: PLC0415 - 60 MB that only this needs

    frequent = list(get_frequency_dict(language).items())[: FREQUENT[language]]
    encoded = tokenizer.encode([word for word, _ in frequent])
    each = np.repeat([frequency for _, frequency in frequent], encoded.lengths)
    found = np.bincount(encoded.ids, each, minlength=tokenizer.size)
    shares: NDArray[np.float64] = found / found.sum()
    return shares


def chance_known(coefficients: NDArray[np.float32], ids: Ragged) -> NDArray[np.float64]:
    """p_known of texts, as the graph computes it, [n]."""
    odds = _means(ids, len(coefficients)) @ coefficients.astype(np.float64)
    chance: NDArray[np.float64] = 1 / (1 + np.exp(-odds))
    return chance


def made_of_words(
    languages: Sequence[str], count: int, generator: random.Random, most: int = 5_000
) -> list[str]:
    """Texts of 2 to 14 words, each drawn by its frequency in one language."""
    from wordfreq import get_frequency_dict  # noqa: PLC0415 - 60 MB that only this needs

    made = []
    for language in languages:
        frequent = list(get_frequency_dict(language).items())[:most]
        words = [word for word, _ in frequent]
        bounds = list(accumulate(frequency for _, frequency in frequent))
        glue = "" if language in ("ja", "zh") else " "
        made += [
            glue.join(generator.choices(words, cum_weights=bounds, k=generator.randint(2, 14)))
            for _ in range(count // len(languages))
        ]
    return made


def _signs(count: int, generator: random.Random) -> list[str]:
    return [" ".join(generator.choices(_SIGNS, k=generator.randint(1, 4))) for _ in range(count)]


def _means(ids: Ragged, size: int) -> csr_matrix:
    values = np.repeat(1 / np.maximum(ids.lengths, 1), ids.lengths)
    matrix = csr_matrix((values, ids.ids, ids.offsets), (len(ids), size))
    matrix.sum_duplicates()
    return matrix
