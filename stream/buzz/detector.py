"""Counts in, alerts out: the detector of one or many brands, without any input or output."""

from collections.abc import Iterable, Mapping
from operator import add
from typing import NamedTuple

from sentiment.alerts import BuzzAlert
from sentiment.reasons import ReasonModel
from stream.buzz.alerts import Alerts
from stream.buzz.brand import VOTES, BrandState, OpenStep
from stream.buzz.close import close_hour, close_silence, close_step, start_at
from stream.buzz.duplicates import GENERATION, near_keys
from stream.buzz.evidence import CERTAIN, WEIGHTS
from stream.buzz.hours import ended_hour, with_following
from stream.buzz.judge import look
from stream.buzz.methods import Method, method
from stream.buzz.options import HOUR, KINDS, SILENT_MINUTES, BuzzOptions
from stream.buzz.proven import bet
from stream.buzz.share import Rates
from stream.buzz.texts import PER_STEP, TEXT_CHARS, SampleText, keep_sample
from stream.buzz.voices import REPOST, is_own_repost

_NEGATIVE = 0.5
"""Above this a text counts as negative: the error rates of the card are taken there."""


_MOST_FRESH = 500
"""Digests written with the open steps; once there are more, all are, as a part of their own."""


class Sighting(NamedTuple):
    """A mention of a brand, as the detector takes it.

    Attributes:
        minute: event time, minutes since 1970.
        p_negative: None where the text was not scored.
        model_version: the version that scored it.
        digest: `duplicates.text_digest` of the text.
        text: as it came.
        id: of the tweet.
        author: `duplicates.author_digest` of its author; 0: not known.
        p_positive: None where the model has two classes: what is not negative is positive.
    """

    minute: int
    p_negative: float | None
    model_version: str
    digest: int
    text: str
    id: str
    author: int = 0
    p_positive: float | None = None


class Detector:
    """The rules; what is remembered lies in the `BrandState` of each brand.

    Args:
        options: see there.
        rates: error rates by version of the model; a version that is missing is taken as it is.
        reasons: tells what the complaints of an alert are about; None: alerts do not say it.
        custom: a method in place of the one that the options name.
    """

    def __init__(
        self,
        options: BuzzOptions | None = None,
        rates: Mapping[str, Rates] | None = None,
        reasons: ReasonModel | None = None,
        custom: Method | None = None,
    ) -> None:
        self.options = options or BuzzOptions()
        self.rates = dict(rates or {})
        self._method = custom or method(self.options.method, self.options.figures)
        self._alerts = Alerts(self.options, self._method, reasons)

    def update(self, state: BrandState, sightings: Iterable[Sighting], now: int) -> None:
        """Count mentions of a brand.

        Args:
            state: of the brand; changed in place.
            sightings: in the order of the partition.
            now: minute of the broker's time; a later event time counts as this one.
        """
        opened, size = state.open, self.options.step_minutes
        steps, fresh, near = opened.steps, opened.fresh, opened.is_near
        recent, most = state.digests.recent, state.closed.most_copies
        first = max(opened.until, opened.reached, 0)
        next_hour = self._next_hour(state)
        for sighting in sightings:
            minute, digest, author = sighting.minute, sighting.digest, sighting.author
            number = (minute if minute < now else now) // size
            if number < first and self._is_late(state, number):
                continue
            step = steps.get(number) or self._open_step(state, number)
            if number >= next_hour:
                state.digests.reach(number * size // HOUR)
                state.write_digests()
                next_hour = self._next_hour(state)
            fresh.append((digest, author))
            young = recent.young
            if digest in young or digest in recent.old or len(young) >= GENERATION:
                times = recent.count(digest, author)
                if times == 0 or times > most:
                    step.copies += 1
                    continue
            else:  # most are: no call for them
                young[digest] = author
            if near and author and _is_near_copy(state, sighting.text, author):
                _take_near_copy(step, number, sighting)
            else:
                _take(step, number, sighting, state.brand)
        state.pending.add("open")
        if len(fresh) > _MOST_FRESH:
            state.write_digests()

    def count(
        self, state: BrandState, minute: int, total: int, scored: int = 0, negative: int = 0
    ) -> None:
        """Count mentions without their texts, as history in the form of counts has them."""
        number = minute // self.options.step_minutes
        if number < max(state.open.until, state.open.reached, 0):
            state.open.late += total
            return
        step = state.open.steps.get(number) or self._open_step(state, number)
        step.total += total
        step.plain += total * CERTAIN
        votes = step.votes.setdefault("", [0] * VOTES)
        added = scored, negative, negative * CERTAIN, negative * CERTAIN**2
        votes[:] = map(add, votes, added)
        state.changed.add("open")

    def close_minutes(self, state: BrandState, watermark: int) -> list[BuzzAlert]:
        """Close all steps that end by the watermark (a minute); returns what alerts did.

        The steps of a brand that fell silent are closed with its next mention, all at once.
        """
        opened = state.open
        end = watermark // self.options.step_minutes
        found: list[BuzzAlert] = []
        while 0 <= opened.until < end:
            if not self._is_silent(state):
                found += self._close_one(state)
                continue
            first = min(opened.steps, default=end)
            if first >= end:
                break
            close_silence(state, first, self.options)
        opened.reached = max(opened.reached, end)
        return found

    def _is_silent(self, state: BrandState) -> bool:
        """Whether nothing can happen until the next mention."""
        least = self.options.steps(SILENT_MINUTES) + 1
        return (
            state.closed.silent > least
            and state.open.until not in state.open.steps
            and not any(alarm.is_open for alarm in state.closed.alarms.values())
        )

    def _close_one(self, state: BrandState) -> list[BuzzAlert]:
        options = self.options
        close_step(state, self.rates, options)
        if options.method == "e-detector":
            bet(state, options)
        windows = list(look(state, options))
        found = [alert for kind in KINDS if (alert := self._alerts.follow(state, kind, windows))]
        if any(alarm.is_open for alarm in state.closed.alarms.values()):
            state.closed.was_open = True
        if state.closed.until * options.step_minutes % HOUR < options.step_minutes:
            ended = ended_hour(state, options)
            close_hour(state, self._method, options)
            if ended.mentions:
                state.hours.append(with_following(ended, state, options))
        state.write_digests()
        state.changed.update(("open", "closed", "texts"))
        return found

    def _open_step(self, state: BrandState, number: int) -> OpenStep:
        if state.open.until < 0:
            start_at(state, self._first(number), self.options)
        step = state.open.steps[number] = OpenStep()
        return step

    def _is_late(self, state: BrandState, number: int) -> bool:
        """Whether a step is closed. A brand of which nothing is closed yet begins earlier."""
        opened = state.open
        if number >= max(opened.until, opened.reached, 0):
            return False
        if number >= max(opened.reached, 0) and opened.until == opened.since:
            start_at(state, max(self._first(number), opened.reached, 0), self.options)
            return False
        opened.late += 1
        state.changed.add("open")
        return True

    def _next_hour(self, state: BrandState) -> int:
        """The first step of the hour after that of the digests."""
        return -(-(state.digests.hour + 1) * HOUR // self.options.step_minutes)

    def _first(self, number: int) -> int:
        return max(number - self.options.steps(self.options.lateness_minutes), 0)


def _take(step: OpenStep, number: int, sighting: Sighting, brand: str) -> None:
    """Count a mention in its step, and keep its text if it stands for others."""
    _, p_negative, version, digest, text, tweet, author, p_positive = sighting
    step.total += 1
    kept = step.other
    if p_negative is None:
        step.plain += CERTAIN
    else:
        votes = step.votes.get(version) or step.votes.setdefault(version, [0] * VOTES)
        votes[0] += 1
        if not (text.startswith(REPOST) and is_own_repost(brand, text)):
            heavy = WEIGHTS[int(p_negative * 1000)]
            if heavy:
                votes[2] += heavy
                votes[3] += heavy * heavy
            praise = 1 - p_negative if p_positive is None else p_positive
            step.plain += CERTAIN - WEIGHTS[int(praise * 1000)]
            if p_negative > _NEGATIVE:
                votes[1] += 1
                kept = step.negative
    if len(kept) < PER_STEP or digest < kept[-1][0]:
        keep_sample(kept, SampleText(digest, number, tweet, text[:TEXT_CHARS], p_negative, author))


def _take_near_copy(step: OpenStep, number: int, sighting: Sighting) -> None:
    step.copies += 1
    step.near += 1
    _, p_negative, _, digest, text, tweet, author, _ = sighting
    sample = SampleText(digest, number, tweet, text[:TEXT_CHARS], p_negative, author)
    keep_sample(step.copied, sample)


def _is_near_copy(state: BrandState, text: str, author: int) -> bool:
    """Whether the same author said nearly the same lately."""
    keys = [key ^ author for key in near_keys(text)]
    state.open.fresh_keys += keys
    return state.digests.sketches.is_near_copy(keys)
