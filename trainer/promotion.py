"""Whether a version may replace the champion: every condition is a check with its evidence."""

from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, Field

from sentiment.errors import GoldenSetError
from sentiment.scorer import Scorer
from trainer.calibration import Floats
from trainer.data import Tweets
from trainer.evaluation import Evaluation, evaluate
from trainer.metrics import Labels, mcnemar


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


def judge(challenger: Scorer, champion: Scorer | None, test: Tweets, rules: Rules) -> Verdict:
    """Compare two versions on the same rows; without a champion only the challenger is checked."""
    new, p_new = evaluate(challenger, test)
    checks = [_calibrated(new, rules), _fast(new, rules), _golden(challenger)]
    if champion is None:
        return Verdict(checks, None, None)
    old, p_old = evaluate(champion, test)
    better, p_value = _better(p_new, p_old, test.negative, rules)
    gain = new.accuracy - old.accuracy
    return Verdict([better, _slices(new, old, rules), *checks], gain, p_value)


def _better(new: Floats, old: Floats, negative: Labels, rules: Rules) -> tuple[Check, float]:
    new_right, old_right = ((p >= 0.5) == (negative == 1) for p in (new, old))
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
