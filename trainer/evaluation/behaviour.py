"""Behavioural tests (Ribeiro et al. 2020, "Beyond Accuracy: CheckList"): what must hold anywhere.

Invariance: a name, a place, a group of people, a mention or a link changes nothing. Direction:
negation moves the verdict the right way. Minimum functionality: what no reader would doubt is not
doubted.
"""

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from sentiment.messages import Sentiment
from sentiment.scores import Scores
from trainer.evaluation import behaviour_texts as texts_of
from trainer.evaluation.behaviour_texts import Words

Score = Callable[[Sequence[str]], Scores]

LARGEST_CHANGE = 0.03
"""The most that p_negative may move where nothing that matters has changed."""


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
    """Run all tests. `score` gives the scores of texts."""
    results = [
        _is(score, "a face alone", texts_of.HAPPY, "positive"),
        _is(score, "an angry face alone", texts_of.UNHAPPY, "negative"),
        _is(score, "no words", texts_of.NO_WORDS, "neutral"),
        _same_label(score, "contractions", texts_of.CONTRACTIONS),
        _same_label(score, "typing errors", texts_of.TYPOS),
    ]
    for words in (texts_of.ENGLISH, texts_of.FRENCH):
        results += [*_invariances(score, words), *_directions(score, words), *_plain(score, words)]
        results += _patterns(score, words)
    return results


def _invariances(score: Score, words: Words) -> list[Behaviour]:
    named, mentioned, linked = _with_names, _with_mentions, _with_links
    told = words.language
    return [
        _unchanged(score, f"another name, {told}", [named(text) for text in words.about]),
        _unchanged(score, f"other mentions, {told}", [mentioned(text) for text in words.about]),
        _unchanged(score, f"links, {told}", [linked(text) for text in words.about]),
        _unchanged(score, f"another place, {told}", _each(words.of_places, words.places)),
        _same_label(score, f"another group, {told}", _each(words.of_groups, words.groups)),
    ]


def _directions(score: Score, words: Words) -> list[Behaviour]:
    praise = [_negated(words, *pair) for pair in product(words.things, words.good)]
    complaint = [_negated(words, *pair) for pair in product(words.things, words.bad)]
    return [
        _rises(score, f"negated praise, {words.language}", praise),
        _falls(score, f"negated complaint, {words.language}", complaint),
    ]


def _plain(score: Score, words: Words) -> list[Behaviour]:
    def plain(adjectives: Sequence[str]) -> list[str]:
        return [words.was.format(*pair) for pair in product(words.things, adjectives)]

    def faces(some: Sequence[str]) -> list[str]:
        return [f"{thing} {face}" for thing, face in product(words.things, some)]

    praise = plain(words.good) + faces(texts_of.HAPPY)
    complaint = plain(words.bad) + faces(texts_of.UNHAPPY)
    return [
        _is(score, f"plain praise, {words.language}", praise, "positive"),
        _is(score, f"plain complaint, {words.language}", complaint, "negative"),
        _is(score, f"plain facts and questions, {words.language}", words.facts, "neutral"),
    ]


def _patterns(score: Score, words: Words) -> list[Behaviour]:
    told = words.language
    now_good, now_bad = words.filled(words.now_good), words.filled(words.now_bad)
    yes, no = words.filled(words.answered_good), words.filled(words.answered_bad)
    return [
        _is(score, f"not bad, {told}", words.not_bad, "positive", "neutral"),
        _is(score, f"not good, {told}", words.not_good, "negative"),
        _is(score, f"once bad, now good, {told}", now_good, "positive"),
        _is(score, f"once good, now bad, {told}", now_bad, "negative"),
        _is(score, f"a good answer, {told}", yes, "positive"),
        _is(score, f"a bad answer, {told}", no, "negative"),
        _is(score, f"sarcasm, {told}", words.sarcasm, "negative"),
        _is(score, f"hashtags of protest, {told}", words.tags, "negative"),
    ]


def _with_names(text: str) -> list[str]:
    return [text.format(name) for name in texts_of.NAMES]


def _with_mentions(text: str) -> list[str]:
    """With other mentions, with more of them, and with none."""
    mentions = [f"@{name}_{number}" for number, name in enumerate(texts_of.NAMES)]
    return [
        *(text.format(mention) for mention in mentions[:3]),
        f"{mentions[3]} {' '.join(mentions)} {text.format(mentions[0])}",
        " ".join(text.format("").split()),
    ]


def _with_links(text: str) -> list[str]:
    plain, link = text.format("@anna_0"), "https://t.co/a1B2c3"
    return [
        plain,
        f"{plain} {link}",
        f"{plain} http://example.com/photo/7",
        f"{link} {plain} {link}",
    ]


def _each(sentences: Sequence[str], names: Sequence[str]) -> list[list[str]]:
    return [[text.format(name) for name in names] for text in sentences]


def _negated(words: Words, thing: str, word: str) -> list[str]:
    return [words.was.format(thing, word), words.was_not.format(thing, word)]


def _unchanged(score: Score, name: str, groups: list[list[str]]) -> Behaviour:
    values = _by_group(score, groups)
    return _result("invariance", name, groups, values, np.ptp(values, axis=1) <= LARGEST_CHANGE)


def _same_label(score: Score, name: str, groups: Sequence[Sequence[str]]) -> Behaviour:
    scores = score([text for group in groups for text in group])
    labels = scores.probabilities.argmax(axis=1).reshape(len(groups), -1)
    values = scores.p_negative.astype(np.float64).reshape(len(groups), -1)
    return _result("invariance", name, groups, values, np.ptp(labels, axis=1) == 0)


def _rises(score: Score, name: str, pairs: list[list[str]]) -> Behaviour:
    values = _by_group(score, pairs)
    return _result("direction", name, pairs, values, values[:, 1] > values[:, 0])


def _falls(score: Score, name: str, pairs: list[list[str]]) -> Behaviour:
    values = _by_group(score, pairs)
    return _result("direction", name, pairs, values, values[:, 1] < values[:, 0])


def _is(score: Score, name: str, texts: Sequence[str], *expected: Sentiment) -> Behaviour:
    """The likeliest class is an expected one; a version of two classes never finds `neutral`."""
    scores = score(texts)
    classes: tuple[Sentiment, ...] = (
        ("negative", "neutral", "positive") if scores.three else ("negative", "positive")
    )
    found = [classes[column] in expected for column in scores.probabilities.argmax(axis=1)]
    values = scores.p_negative.astype(np.float64)[:, None]
    return _result("minimum", name, [[text] for text in texts], values, np.array(found, bool))


def _by_group(score: Score, groups: list[list[str]]) -> NDArray[np.float64]:
    """p_negative of each text, a row for each group."""
    flat = score([text for group in groups for text in group]).p_negative
    return flat.astype(np.float64).reshape(len(groups), -1)


def _result(
    kind: str,
    name: str,
    groups: Sequence[Sequence[str]],
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
