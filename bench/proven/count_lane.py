"""The whole detector on counts by the minute, without texts."""

from dataclasses import dataclass

import numpy as np

from bench.crises.traffic import START
from bench.proven.normal import ERRORS
from stream.buzz.brand import PARTS, BrandState, dump_part, load_brand, new_brand
from stream.buzz.detector import Detector
from stream.buzz.options import NOTIFYING, BuzzOptions, MethodName
from stream.buzz.share import Rates

HORIZON = 60
"""Minutes within which a burst is to be found."""
_RATES = {"": Rates(ERRORS, ERRORS)}


@dataclass
class CountLane:
    """A detector and what it knows of one brand."""

    detector: Detector
    state: BrandState

    @classmethod
    def start(cls, name: MethodName) -> "CountLane":
        """Of a brand of which nothing is known."""
        options = BuzzOptions(method=name)
        return cls(Detector(options, _RATES), new_brand("brand", options))

    def step(self, place: int, negative: int, other: int) -> bool:
        """Take a minute; returns whether an alert that notifies opens."""
        total = negative + other
        # The same errors for both modes.
        rng = np.random.default_rng([place, negative, other])
        called = rng.binomial(negative, 1 - ERRORS) + rng.binomial(other, ERRORS)
        self.detector.count(self.state, START + place, total, total, int(called))
        alerts = self.detector.close_minutes(self.state, START + place + 1)
        return any(alert.state == "open" and alert.kind in NOTIFYING for alert in alerts)

    def delay(self, place: int, said: np.ndarray) -> int | None:
        """Minutes until a burst is found, from its start."""
        parts = {part: dump_part(self.state, part) for part in PARTS}
        options = self.detector.options
        fork = CountLane(self.detector, load_brand("brand", parts, options))
        for age, (negative, other) in enumerate(said.T.tolist()):
            if fork.step(place + age, negative, other):
                return age + 1 + options.lateness_minutes
        return None
