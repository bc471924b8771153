"""The tweets that the simulated traffic is made of, each scored once."""

import shutil
import tempfile
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentiment.scorer import Scorer
from stream.buzz.duplicates import text_digest
from stream.buzz.share import Rates
from trainer.data.tweets import joined, load_sentiment140, split

CAUSES = (
    ("#tarmacgate", "stranded"), ("#brokenguitar", "smashed"), ("#databreach", "hacked"),
    ("#spoiledmilk", "poisoned"), ("#ghostfees", "overcharged"), ("#exploding", "battery"),
    ("#lostbags", "carousel"), ("#outage503", "offline"),
)  # fmt: skip
_PER_CAUSE = 400
NAMED = 0.7
"""Part of a crisis's mentions that name its cause."""


@dataclass(frozen=True)
class Pool:
    """Texts with p_negative, and where the negative and positive ones stand.

    `causes[c]` are the places of negative texts to which the words of `CAUSES[c]` were added.
    """

    texts: list[str]
    p_negative: NDArray[np.float32]
    digests: list[int]
    negative: NDArray[np.int64]
    positive: NDArray[np.int64]
    causes: list[NDArray[np.int64]]
    rates: Rates
    version: str


def load_pool(url: str, model: Path | None, error_rate: float, seed: int = 7) -> Pool:
    """The validation and test part of Sentiment140, which the models never train on.

    Args:
        url: of the zip; `file://` works.
        model: folder of an artefact; without one, the label flipped for `error_rate` of the texts
            stands in for a model.
        error_rate: of the stand-in.
        seed: of the stand-in and of the choice of texts.
    """
    parts = split(_fetch(url))
    tweets = joined([parts.validation, parts.test])
    rng = np.random.default_rng(seed)
    texts, label = list(tweets.texts), tweets.negative.astype(bool)
    negative, positive = np.flatnonzero(label), np.flatnonzero(~label)
    causes = []
    for cause in CAUSES:
        chosen = rng.choice(negative, _PER_CAUSE, replace=False)
        causes.append(np.arange(len(texts), len(texts) + _PER_CAUSE))
        texts += [f"{texts[place]} {cause[1]} {cause[0]}" for place in chosen]
    label = np.concatenate([label, np.ones(len(CAUSES) * _PER_CAUSE, bool)])
    p_negative, version = _score(texts, label, model, error_rate, rng)
    called = p_negative > 0.5
    rates = Rates(float(called[positive].mean()), float(1 - called[negative].mean()))
    digests = [text_digest(text) for text in texts]
    return Pool(texts, p_negative, digests, negative, positive, causes, rates, version)


def _score(
    texts: list[str],
    label: NDArray[np.bool_],
    model: Path | None,
    error_rate: float,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float32], str]:
    if model:
        scorer = Scorer(model)
        return scorer.score(texts).as_two().p_negative, f"{scorer.card.candidate} in {model.name}"
    said = label ^ (rng.random(len(texts)) < error_rate)
    return np.where(said, 0.9, 0.1).astype(np.float32), f"labels flipped at {error_rate:.0%}"


def _fetch(url: str):  # type: ignore[no-untyped-def]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tweets.zip"
        with urllib.request.urlopen(url) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target)
        with zipfile.ZipFile(path) as archive:
            member = archive.extract(archive.namelist()[0], folder)
        return load_sentiment140(Path(member))
