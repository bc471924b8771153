"""The step in which a crowd arrives: near copies in it are told apart before it is counted.

From the next step on the brand is near an alert, and each text is looked at as it comes.
"""

from stream.buzz.brand import OpenStep
from stream.buzz.duplicates import distinct_part
from stream.buzz.texts import SampleText

_LEAST = 5
_MULTIPLE = 1.5
_MANY = 0.2


def is_crowded(step: OpenStep, mean: float) -> bool:
    """Whether a step holds clearly more mentions than the mean of its hour."""
    return step.total >= _LEAST and step.total > _MULTIPLE * mean


def collapse(step: OpenStep) -> bool:
    """Count near copies once, by the samples of the step; what goes is counted as copies.

    Returns whether a fifth or more went.
    """
    negatives = sum(negative for _, negative in step.votes.values())
    left_negative = _left(step.negative, negatives)
    left_other = _left(step.other, step.total - negatives)
    before = step.total
    for votes in step.votes.values():
        negative = round(votes[1] * left_negative)
        other = round((votes[0] - votes[1]) * left_other)
        step.total -= votes[0] - negative - other
        votes[:] = [negative + other, negative]
    step.copies += before - step.total
    return before - step.total >= _MANY * before


def _left(samples: list[SampleText], size: int) -> float:
    each = size / len(samples) if samples else 0.0
    return distinct_part([sample.text for sample in samples], [each] * len(samples))
