"""The share of negatives: corrected by the model's error rates, and kept level across versions."""

import math
from dataclasses import dataclass

from sentiment.card import Card

_HALF_LIFE_HOURS = 24
_DECAY = 0.5 ** (1 / _HALF_LIFE_HOURS)
_SLOW_DECAY = 0.5 ** (1 / 240)
_PRIOR_PLAIN = 5.0
_LEVEL_MENTIONS = 50.0
_SETTLE_MENTIONS = 300
_SETTLE_MINUTES = 60
_PRIOR_CALLED, _PRIOR_WEIGHT, _PRIOR_GRAIN = 10.0, 80.0, 60.0
"""Of a model that is right in eight of ten."""
_LEAST, _MOST = 0.005, 0.995


@dataclass(frozen=True, slots=True)
class Rates:
    """How a model errs: parts of the positive called negative, and of the negative missed."""

    false_positive: float = 0.0
    false_negative: float = 0.0

    @property
    def slope(self) -> float:
        """How much the observed share moves with the true one; never below a tenth."""
        return max(1 - self.false_positive - self.false_negative, 0.1)

    def observed(self, true: float) -> float:
        """The share that the model calls negative, from the true share."""
        return self.false_positive + self.slope * true

    def corrected(self, observed: float) -> float:
        """The true share, from the share called negative (adjusted count; Rogan and Gladen 1978,
        Forman 2008), within 0 and 1."""
        return min(max((observed - self.false_positive) / self.slope, 0.0), 1.0)


def rates_of(version: str, card: Card) -> dict[str, Rates]:
    """The error rates of a version, by its number, for the correction of shares.

    Those of a version of three classes are measured without neutral texts, which are most of a
    brand's mentions: correcting by them turns a share of 10 % into 0.
    """
    errors = None if card.three else card.error_rates
    if errors is None:
        return {}
    return {version: Rates(errors.false_positive, errors.false_negative)}


@dataclass(slots=True)
class ModelShare:
    """The version that speaks, its error rates, and how its share lies beside the profile's.

    The error rates of a card never fit one brand exactly. So the level of the share, as
    log-odds beside the profile, is learned again for each version, and until 300 mentions and an
    hour have gone by, a share alone proves nothing.
    """

    version: str = ""
    false_positive: float = 0.0
    false_negative: float = 0.0
    since: int = -1
    mentions: int = 0
    negative: float = 0.0
    expected: float = 0.0
    scored: float = 0.0
    called: float = 0.0
    weight: float = 0.0
    square: float = 0.0
    plain: float = 0.0
    of: float = 0.0

    @property
    def praise_free(self) -> float:
        """The part of the mentions that is usually no praise; all, until some were heard."""
        return (self.plain + _PRIOR_PLAIN) / (self.of + _PRIOR_PLAIN)

    @property
    def grain(self) -> float:
        """Weight of one of those many equal mentions whose sum would vary as the weights' does.

        A sum of weights of a Poisson number of mentions has the mean W and the variance Q, the
        expected sum of squares; divided by Q / W it is like a Poisson count of W^2 / Q (a compound
        Poisson distribution matched in two moments).
        """
        return (self.square + _PRIOR_CALLED * _PRIOR_WEIGHT * _PRIOR_GRAIN) / self._weight

    @property
    def evidence(self) -> float:
        """The weight that comes with each mention called negative, in grains."""
        return self._weight / (self.called + _PRIOR_CALLED) / self.grain

    @property
    def _weight(self) -> float:
        return self.weight + _PRIOR_CALLED * _PRIOR_WEIGHT

    @property
    def rates(self) -> Rates:
        """The error rates of the version that speaks."""
        return Rates(self.false_positive, self.false_negative)

    def change(self, version: str, rates: Rates, minute: int) -> None:
        """Another version speaks from `minute` on."""
        first = not self.version
        self.version, self.since = version, -1 if first else minute
        self.false_positive, self.false_negative = rates.false_positive, rates.false_negative
        self.mentions = 0
        self.negative = self.expected = self.scored = 0.0
        self.called = self.weight = self.square = 0.0
        self.plain = self.of = 0.0

    def unsettle(self, minute: int) -> None:
        """From `minute` on, wait as after a change of version until a share is trusted."""
        self.since, self.mentions = minute, 0

    def settled(self, minute: int) -> bool:
        """Whether enough was heard of this version to trust a share by itself."""
        if self.since < 0:
            return True
        return minute - self.since >= _SETTLE_MINUTES and self.mentions >= _SETTLE_MENTIONS

    def expect(self, normal: float) -> float:
        """The share this version should call negative where the profile says `normal` (true)."""
        plain = min(max(self.rates.observed(normal), _LEAST), _MOST)
        prior = _LEVEL_MENTIONS
        seen = (self.negative + prior * plain) / (self.scored + prior)
        usual = (self.expected + prior * plain) / (self.scored + prior)
        shift = _log_odds(min(max(seen, _LEAST), _MOST)) - _log_odds(min(max(usual, _LEAST), _MOST))
        return 1 / (1 + math.exp(-(_log_odds(plain) + shift)))

    def learn(self, scored: int, negative: int, normal: float) -> None:
        """Take the counts of an hour in which the profile said `normal` (true share)."""
        plain = min(max(self.rates.observed(normal), _LEAST), _MOST)
        taken = float(negative)
        if self.mentions >= _SETTLE_MENTIONS:
            spread = 3 * math.sqrt(scored * plain * (1 - plain)) + 0.1 * scored
            usual = scored * self.expect(normal)
            taken = min(max(taken, usual - spread), usual + spread)
        self.mentions += scored
        self.negative = self.negative * _DECAY + taken
        self.expected = self.expected * _DECAY + scored * plain
        self.scored = self.scored * _DECAY + scored

    def learn_praise(self, plain: float, total: float) -> None:
        """Take an hour's mentions that are no praise, of all."""
        self.plain = self.plain * _SLOW_DECAY + plain
        self.of = self.of * _SLOW_DECAY + total

    def weigh(self, called: int, weight: int, square: int) -> None:
        """Take an hour's mentions called negative, and the sums of the weights of all scored."""
        self.called = self.called * _DECAY + called
        self.weight = self.weight * _DECAY + weight
        self.square = self.square * _DECAY + square


def _log_odds(share: float) -> float:
    return math.log(share / (1 - share))
