"""Behavioural tests (Ribeiro et al. 2020, "Beyond Accuracy: CheckList"): what must hold anywhere.

Invariance: a name or a link changes nothing. Direction: negation moves the verdict the right way.
Minimum functionality: what no reader would doubt is not doubted.
"""

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

Score = Callable[[Sequence[str]], NDArray[np.floating]]

LARGEST_CHANGE = 0.1
"""The most that p_negative may move where nothing that matters has changed."""

_THINGS = ("the flight", "your service", "this phone", "the food", "my seat", "the new album")
_GOOD = ("great", "amazing", "wonderful", "excellent", "perfect", "lovely")
_BAD = ("terrible", "awful", "horrible", "disappointing", "the worst", "disgusting")
_NAMES = ("anna", "mohamed", "wei", "carlos", "olga", "kate")
_SENTENCES = (
    "{name} my flight was cancelled and nobody helps",
    "{name} thank you for the upgrade, you made my day",
    "had dinner with {name} and the food was cold and bad",
    "{name} is right, the new app is so much better",
    "still waiting for {name} to answer, this is ridiculous",
    "see you tomorrow {name}, so excited!",
)


class Behaviour(BaseModel):
    """One test: how many cases, how many held, and some that did not."""

    kind: str
    name: str
    cases: int
    held: int
    failures: list[str] = Field(description="at most three, with p_negative")

    @property
    def share(self) -> float:
        """Cases that held, of all."""
        return self.held / self.cases


def check_behaviour(score: Score) -> list[Behaviour]:
    """Run all tests. `score` gives p_negative, [n], of texts."""
    return [
        _unchanged(score, "another name", [_with_names(text) for text in _SENTENCES]),
        _unchanged(score, "another mention", [_with_mentions(text) for text in _SENTENCES]),
        _unchanged(score, "a link at the end", [_with_link(text) for text in _SENTENCES]),
        _rises(score, "negated praise", [_negated(*pair) for pair in product(_THINGS, _GOOD)]),
        _falls(score, "negated complaint", [_negated(*pair) for pair in product(_THINGS, _BAD)]),
        _is(score, "plain praise", _plain(_GOOD) + _faces(_HAPPY), negative=False),
        _is(score, "plain complaint", _plain(_BAD) + _faces(_UNHAPPY), negative=True),
    ]


_HAPPY = (":)", "<3", "\U0001f60d", "\U0001f60a", "\U0001f44d", ":D")
_UNHAPPY = (":(", ":'(", "\U0001f621", "\U0001f622", "\U0001f44e", "\U0001f92c")


def _with_names(text: str) -> list[str]:
    return [text.format(name=name) for name in _NAMES]


def _with_mentions(text: str) -> list[str]:
    return [text.format(name=f"@{name}_{number}") for number, name in enumerate(_NAMES)]


def _with_link(text: str) -> list[str]:
    plain = text.format(name="@anna_0")
    return [plain, f"{plain} https://t.co/a1B2c3", f"{plain} http://example.com/photo/7"]


def _negated(thing: str, word: str) -> list[str]:
    return [f"{thing} was {word}", f"{thing} was not {word}"]


def _plain(adjectives: Sequence[str]) -> list[str]:
    return [f"{thing} was {word}" for thing, word in product(_THINGS, adjectives)]


def _faces(faces: Sequence[str]) -> list[str]:
    return [f"{thing} today {face}" for thing, face in product(_THINGS, faces)]


def _unchanged(score: Score, name: str, groups: list[list[str]]) -> Behaviour:
    values = _by_group(score, groups)
    return _result("invariance", name, groups, values, np.ptp(values, axis=1) <= LARGEST_CHANGE)


def _rises(score: Score, name: str, pairs: list[list[str]]) -> Behaviour:
    values = _by_group(score, pairs)
    return _result("direction", name, pairs, values, values[:, 1] > values[:, 0])


def _falls(score: Score, name: str, pairs: list[list[str]]) -> Behaviour:
    values = _by_group(score, pairs)
    return _result("direction", name, pairs, values, values[:, 1] < values[:, 0])


def _is(score: Score, name: str, texts: list[str], negative: bool) -> Behaviour:
    groups = [[text] for text in texts]
    values = _by_group(score, groups)
    return _result("minimum", name, groups, values, (values[:, 0] >= 0.5) == negative)


def _by_group(score: Score, groups: list[list[str]]) -> NDArray[np.float64]:
    flat = np.asarray(score([text for group in groups for text in group]), np.float64)
    return flat.reshape(len(groups), -1)


def _result(
    kind: str,
    name: str,
    groups: list[list[str]],
    values: NDArray[np.float64],
    held: NDArray[np.bool_],
) -> Behaviour:
    failures = [
        " | ".join(f"{text} ({p:.2f})" for text, p in zip(groups[row], values[row], strict=True))
        for row in np.flatnonzero(~held)[:3]
    ]
    return Behaviour(
        kind=kind, name=name, cases=len(groups), held=int(held.sum()), failures=failures
    )
