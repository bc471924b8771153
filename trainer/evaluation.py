"""Everything that is measured of an artefact on labelled texts."""

import numpy as np
from pydantic import Field

from sentiment.scorer import Scorer
from trainer.behaviour import Behaviour, check_behaviour
from trainer.calibration import Floats
from trainer.data import Tweets
from trainer.metrics import Metrics, measure
from trainer.slices import Slice, measure_slices
from trainer.speed import Speed, measure_speed


class Evaluation(Metrics):
    """The figures on all rows first, then slices, behavioural tests and speed."""

    model: str = Field(description="name and version, or folder")
    candidate: str
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
            behaviour=self.behaviour_share,
            **{f"speed.{name}": value for name, value in self.speed.model_dump().items()},
        )
        for name, part in self.slices.items():
            key = f"slice.{name.replace(' ', '_')}"
            numbers[f"{key}.rows"] = float(part.rows)
            if part.metrics:
                numbers[f"{key}.accuracy"] = part.metrics.accuracy
                numbers[f"{key}.macro_f1"] = part.metrics.macro_f1
        for test in self.behaviour:
            numbers[f"{test.kind}.{test.name.replace(' ', '_')}"] = test.share
        return numbers


def evaluate(scorer: Scorer, tweets: Tweets, model: str = "") -> tuple[Evaluation, Floats]:
    """Measure a version on labelled texts.

    Returns:
        the evaluation, and p_negative of each text, [n].
    """
    p_negative = _in_parts(scorer, tweets.texts)
    whole = measure(p_negative, tweets.negative)
    evaluation = Evaluation(
        **whole.model_dump(),
        model=model or scorer.model.name,
        candidate=scorer.card.candidate,
        slices=measure_slices(tweets.texts, p_negative, tweets.negative),
        behaviour=check_behaviour(scorer.score),
        speed=measure_speed(scorer, tweets.texts),
    )
    return evaluation, p_negative


def _in_parts(scorer: Scorer, texts: list[str], step: int = 8_192) -> Floats:
    parts = [scorer.score(texts[first : first + step]) for first in range(0, len(texts), step)]
    return np.concatenate(parts) if parts else np.empty(0, np.float32)
