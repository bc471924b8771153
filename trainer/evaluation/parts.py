"""Figures of probabilities by source and by language."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sentiment.scores import Scores
from trainer.data.labelled import NEGATIVE, Labelled
from trainer.evaluation.metrics import Metrics, measured
from trainer.sources.rows import Mask, Rows


class PartMetrics(Metrics):
    """What a version of three classes is worth on the rows of one part."""

    part: str = Field(description="a source and its language, or a language of several sources")
    negative_error: float = Field(description="mean p_negative less the share of negative rows")

    @property
    def three(self) -> bool:
        """Whether the rows were labelled with neutral."""
        return "neutral" in self.classes


def metrics_by_part(rows: Rows, scores: Scores) -> list[PartMetrics]:
    """One entry for all rows of three classes, one for each source and language, and one for each
    language of several sources.

    Rows of a two-class source are judged by negative against positive.
    """
    return [part_metrics(name, rows, scores, mask) for name, mask in _parts(rows) if mask.any()]


def part_metrics(name: str, rows: Rows, scores: Scores, mask: Mask) -> PartMetrics:
    """The figures of some rows, all of sources with equally many classes."""
    some, found = rows.take(mask), scores[np.flatnonzero(mask)]
    three = not bool(some.two_class.all())
    metrics = measured(found, Labelled(some.texts, some.labels, three))
    said = found.p_negative if three else found.as_two().p_negative
    error = _mean(said) - _mean(some.labels == NEGATIVE)
    return PartMetrics(**metrics.model_dump(), part=name, negative_error=error)


def _mean(values: NDArray[np.generic]) -> float:
    return float(np.asarray(values, np.float64).mean())


def _parts(rows: Rows) -> Iterator[tuple[str, Mask]]:
    three = ~rows.two_class
    yield "all", three
    for number, source in enumerate(rows.sources):
        yield f"{source.name}-{source.language}", rows.origins == number
    for language in dict.fromkeys(source.language for source in rows.sources):
        if sum(s.language == language and s.classes == 3 for s in rows.sources) > 1:
            yield language, three & (rows.languages == language)
