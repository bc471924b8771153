"""How much a scored mention says for a burst of negatives: more than which side of 0.5 it is on."""

CERTAIN = 100
"""What a mention weighs that is negative for sure."""


def weight(p_negative: float) -> int:
    """The chance in percent that a mention is negative, of a brand with three negatives in ten.

    In a marked Poisson process each mention adds log(1 + (s - 1) q) to the likelihood ratio of a
    burst that multiplies the negatives by s, where q is that chance; the best weight for a small
    burst is q itself, and for one that triples them little is lost by it. `p_negative` is
    calibrated where half are negative, so that Bayes' rule gives q. In whole percent, sums do not
    depend on the order.
    """
    return int(300 * p_negative / (7 - 4 * p_negative) + 0.5)


WEIGHTS = tuple(weight(thousandth / 1000) for thousandth in range(1001))
"""By p(negative) in whole thousandths: looked up for each mention, as that is faster."""
