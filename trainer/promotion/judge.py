"""Whether a version may replace the champion: every condition is a check with its evidence."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from sentiment.errors import GoldenSetError
from sentiment.scorer import Scorer
from sentiment.scores import Scores
from trainer.data.labelled import Labelled, as_labelled
from trainer.data.tweets import Tweets
from trainer.evaluation.evaluation import Evaluation, evaluate
from trainer.evaluation.metrics import mcnemar


class Rules(BaseModel):
    """What a challenger has to show on the frozen test part."""

    margin: float = Field(0.003, ge=0, description="accuracy it must gain")
    significance: float = Field(0.05, gt=0, le=1, description="largest p of McNemar's test")
    slice_drop: float = Field(0.02, ge=0, description="accuracy it may lose on a slice")
    calibration_error: float = Field(0.02, gt=0, description="largest calibration error")
    min_throughput: float = Field(5_000, ge=0, description="tweets a second on this machine")


@dataclass(frozen=True)
class Check:
    """One condition: what was found, and whether that is enough."""

    name: str
    passed: bool
    found: str


@dataclass(frozen=True)
class Verdict:
    """All checks of a challenger, and what it gains in accuracy."""

    checks: list[Check]
    gain: float | None
    p_value: float | None

    @property
    def passed(self) -> bool:
        """Whether the challenger may become the champion."""
        return all(check.passed for check in self.checks)

    @property
    def reasons(self) -> list[str]:
        """What speaks against it."""
        return [f"{check.name}: {check.found}" for check in self.checks if not check.passed]


def judge(
    challenger: Scorer, champion: Scorer | None, test: Tweets | Labelled, rules: Rules
) -> Verdict:
    """Compare two versions on the same rows; without a champion only the challenger is checked.

    Where one of them has two classes, neutral rows are left out and both are judged by negative
    against positive; and a version of two classes cannot replace one of three.
    """
    both = [challenger] if champion is None else [challenger, champion]
    data = as_labelled(test).for_all([one.card.three for one in both])
    new, new_scores = evaluate(challenger, data)
    checks = [_calibrated(new, rules), _fast(new, rules), _golden(challenger)]
    if champion is None:
        return Verdict(checks, None, None)
    old, old_scores = evaluate(champion, data)
    if champion.card.three:
        checks.append(_as_many_classes(challenger))
    better, p_value = _better(_right(new_scores, data), _right(old_scores, data), rules)
    gain = new.accuracy - old.accuracy
    return Verdict([better, _slices(new, old, rules), *checks], gain, p_value)


def _right(scores: Scores, data: Labelled) -> NDArray[np.bool_]:
    """Which rows a version labels right, without a band, bool [n]."""
    if data.three:
        said, expected = scores.probabilities.argmax(axis=1), data.labels
    else:
        said, expected = scores.as_two().p_negative >= 0.5, data.negative
    right: NDArray[np.bool_] = said == expected
    return right


def _as_many_classes(challenger: Scorer) -> Check:
    three = challenger.card.three
    found = "three, as the champion" if three else "two; the champion also has neutral"
    return Check("as many classes", three, found)


def _better(
    new_right: NDArray[np.bool_], old_right: NDArray[np.bool_], rules: Rules
) -> tuple[Check, float]:
    won, lost = int((new_right & ~old_right).sum()), int((old_right & ~new_right).sum())
    gain, p_value = float(np.mean(new_right) - np.mean(old_right)), mcnemar(won, lost)
    return Check(
        "better on the test part",
        gain >= rules.margin and p_value <= rules.significance,
        f"accuracy {gain:+.2%} (needs {rules.margin:+.2%}); it alone is right on {won} rows, the "
        f"champion alone on {lost}: McNemar p = {p_value:.2g} (needs {rules.significance})",
    ), p_value


def _slices(new: Evaluation, old: Evaluation, rules: Rules) -> Check:
    drops = {
        name: before.metrics.accuracy - after.metrics.accuracy
        for name, after in new.slices.items()
        if (before := old.slices[name]).metrics and after.metrics
    }
    worst = max(drops, key=lambda name: drops[name], default="")
    drop = drops.get(worst, 0.0)
    return Check(
        "no slice worse",
        drop <= rules.slice_drop,
        f"largest loss {max(drop, 0):.2%} on {worst or 'no slice'} (may be {rules.slice_drop:.2%})",
    )


def _calibrated(new: Evaluation, rules: Rules) -> Check:
    return Check(
        "calibrated",
        new.calibration_error <= rules.calibration_error,
        f"calibration error {new.calibration_error:.4f} (may be {rules.calibration_error})",
    )


def _fast(new: Evaluation, rules: Rules) -> Check:
    speed = new.speed.tweets_per_second
    return Check(
        "fast",
        speed >= rules.min_throughput,
        f"{speed:,.0f} tweets/s (needs {rules.min_throughput:,.0f})",
    )


def _golden(challenger: Scorer) -> Check:
    try:
        challenger.check_golden()
    except GoldenSetError as error:
        return Check("golden set", False, str(error))
    texts = len(challenger.card.golden)
    return Check("golden set", texts > 0, f"{texts} texts agree" if texts else "it is empty")
