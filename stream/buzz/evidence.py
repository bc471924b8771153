"""What a mention weighs: as a negative one, and as one that is no praise. In whole percent."""

CERTAIN = 100
"""What a mention weighs that is negative, or no praise, for sure."""
_NOTHING, _ALL = 0.3, 0.7


def weight(p: float) -> int:
    """A ramp: nothing up to p = 0.3, all from 0.7 on.

    Where the model is unsure, many small weights would add up: of praise that it half
    understands, hundreds. Sums of whole numbers do not depend on the order.
    """
    return round(CERTAIN * min(max((p - _NOTHING) / (_ALL - _NOTHING), 0.0), 1.0))


WEIGHTS = tuple(weight(thousandth / 1000) for thousandth in range(1001))
"""By p in whole thousandths: looked up for each mention, as that is faster."""
