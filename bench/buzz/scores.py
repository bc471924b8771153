"""p(negative) of each text, by an artefact, kept in a folder from run to run."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.buzz.stream import Mention, Stream
from sentiment import artefact
from sentiment.scorer import Scorer
from sentiment.support import select
from stream.buzz.share import Rates


def scored(streams: Sequence[Stream], model: Path, cache: Path) -> list[Stream]:
    """The streams with the artefact's scores; those of counts as they are.

    Args:
        streams: as they were read.
        model: folder of the artefact.
        cache: folder in which scores are kept, by digest of artefact and texts.
    """
    cache.mkdir(parents=True, exist_ok=True)
    digest = artefact.digest(model)
    return [_scored(stream, model, cache / digest) for stream in streams]


def _scored(stream: Stream, model: Path, cache: Path) -> Stream:
    if stream.kind == "counts":
        return stream
    mentions = [mention for step in stream.busy for mention in step.mentions]
    return stream.with_mentions(
        [
            mention._replace(
                p_negative=_known(found[0]), p_neutral=_known(found[1]), p_positive=_known(found[2])
            )
            for mention, found in zip(mentions, _answers(mentions, model, cache), strict=True)
        ]
    )


def _answers(mentions: Sequence[Mention], model: Path, cache: Path) -> NDArray[np.float32]:
    """What the artefact says of each text in its language, [n, 3]; NaN: nothing."""
    whole = hashlib.sha256()
    for mention in mentions:
        whole.update(f"{mention.lang}\0{mention.text}\0".encode("utf-8", "surrogatepass"))
    kept = cache / f"{whole.hexdigest()[:16]}.npy"
    if not kept.exists():
        cache.mkdir(exist_ok=True)
        scorer = Scorer(model)
        asked = select(scorer.card, [m.text for m in mentions], [m.lang for m in mentions])
        answers = scorer.answers(asked, scorer.score([mentions[row].text for row in asked.rows]))
        rows = [(answer.p_negative, answer.p_neutral, answer.p_positive) for answer in answers]
        np.save(kept, np.array(rows, np.float32))
    return np.load(kept)  # type: ignore[no-any-return]


def _known(p: np.float32) -> float | None:
    return None if np.isnan(p) else float(p)


def by_labels(streams: Sequence[Stream]) -> list[Stream]:
    """The streams whose mentions all bear a label of people, scored by these: a perfect model."""
    return [
        stream.with_mentions(
            [
                mention._replace(p_negative=float(mention.truth == "negative"))
                for step in stream.busy
                for mention in step.mentions
            ]
        )
        for stream in streams
        if stream.kind == "texts" and all(m.truth for step in stream.busy for m in step.mentions)
    ]


def rates_of(model: Path) -> Rates:
    """The error rates on the artefact's card; none where it bears none."""
    card = artefact.read_card(model)
    rates = None if card.three else card.error_rates  # as the worker's agent takes them
    return Rates(rates.false_positive, rates.false_negative) if rates else Rates()
