"""The bound: a test that knows the true rates and the size of the burst."""

import math
from dataclasses import dataclass


@dataclass
class Oracle:
    """CUSUM of the log-likelihood ratio of the negatives of each minute (Page 1954).

    Poisson with `size` times the true rate of negatives against the true rate. It knows the rate
    with all its swings and the model's error rates, which no detector can.
    """

    size: float
    false_negative: float
    level: float = 0.0

    def step(self, seen: int, called: float, negative: float) -> float:
        """Take a minute.

        Args:
            seen: mentions called negative.
            called: the true rate of these without a burst.
            negative: the true rate of negative mentions.
        """
        raised = called + (self.size - 1) * negative * (1 - self.false_negative)
        ratio = seen * math.log(raised / called) - (raised - called)
        self.level = max(self.level + ratio, 0.0)
        return self.level
