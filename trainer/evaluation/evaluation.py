"""Everything that is measured of an artefact on labelled texts."""

import re

import numpy as np
from pydantic import Field

from sentiment.scorer import Scorer
from sentiment.scores import Scores, joined
from sentiment.support import select
from trainer.data.labelled import Labelled, as_labelled
from trainer.data.tweets import Tweets
from trainer.evaluation.behaviour import Behaviour, check_behaviour
from trainer.evaluation.metrics import Metrics, measured
from trainer.evaluation.slices import Slice, measure_slices
from trainer.evaluation.speed import Speed, measure_speed

_NOT_IN_NAMES = re.compile(r"[^\w.-]+", re.ASCII)


class Evaluation(Metrics):
    """The figures on all rows first, then slices, behavioural tests and speed."""

    model: str = Field(description="name and version, or folder")
    candidate: str
    uncertain: float = Field(0.0, description="share of the rows that are labelled so")
    unsupported: float = Field(0.0, description="share of the rows that are labelled so")
    slices: dict[str, Slice]
    behaviour: list[Behaviour]
    speed: Speed

    @property
    def behaviour_share(self) -> float:
        """Cases of all behavioural tests that held."""
        return sum(test.held for test in self.behaviour) / sum(t.cases for t in self.behaviour)

    @property
    def flat(self) -> dict[str, float]:
        """Every number, under a name that MLflow takes."""
        numbers = dict(
            self.figures,
            uncertain=self.uncertain,
            unsupported=self.unsupported,
            behaviour=self.behaviour_share,
            **{f"speed.{name}": value for name, value in self.speed.model_dump().items()},
        )
        for name, part in self.slices.items():
            key = f"slice.{_plain(name)}"
            numbers[f"{key}.rows"] = float(part.rows)
            if part.metrics:
                numbers[f"{key}.accuracy"] = part.metrics.accuracy
                numbers[f"{key}.macro_f1"] = part.metrics.macro_f1
        for test in self.behaviour:
            numbers[f"{test.kind}.{_plain(test.name)}"] = test.share
        return numbers


def evaluate(scorer: Scorer, data: Tweets | Labelled, model: str = "") -> tuple[Evaluation, Scores]:
    """Measure a version on labelled texts. Every row counts, whatever its label would be.

    Returns:
        the evaluation, and the scores of each text.
    """
    rows = as_labelled(data)
    scores = _in_parts(scorer, rows.texts)
    asked = select(scorer.card, rows.texts, [None] * len(rows))
    labels = [answer.label for answer in scorer.answers(asked, scores[np.array(asked.rows, int)])]
    evaluation = Evaluation(
        **measured(scores, rows).model_dump(),
        model=model or scorer.model.name,
        candidate=scorer.card.candidate,
        uncertain=labels.count("uncertain") / max(len(rows), 1),
        unsupported=labels.count("unsupported") / max(len(rows), 1),
        slices=measure_slices(scores, rows),
        behaviour=check_behaviour(scorer.score),
        speed=measure_speed(scorer, rows.texts),
    )
    return evaluation, scores


def _in_parts(scorer: Scorer, texts: list[str], step: int = 8_192) -> Scores:
    firsts = range(0, len(texts), step) or (0,)
    return joined([scorer.score(texts[first : first + step]) for first in firsts])


def _plain(name: str) -> str:
    """A name as MLflow takes it for a metric: it refuses a comma, among others."""
    return _NOT_IN_NAMES.sub("_", name)
