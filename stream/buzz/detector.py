"""Counts in, alerts out: the detector of one or many brands, without any input or output."""

from collections.abc import Iterable, Mapping
from operator import add
from typing import NamedTuple

from sentiment.alerts import BuzzAlert
from stream.buzz.alarm import State
from stream.buzz.brand import VOTES, BrandState, OpenPart, OpenStep
from stream.buzz.cause import weigh_cause
from stream.buzz.close import close_hour, close_step, skip_quiet
from stream.buzz.copies import take_out_copies
from stream.buzz.duplicates import near_keys
from stream.buzz.evidence import CERTAIN, WEIGHTS
from stream.buzz.explain import Transition, explain
from stream.buzz.judge import Verdict, judge
from stream.buzz.methods import Method, method
from stream.buzz.options import HOUR, KINDS, BuzzOptions, Kind
from stream.buzz.share import Rates
from stream.buzz.texts import PER_STEP, SampleText, keep_sample

_NEAR = 0.5
"""From this strength on a brand is near an alert, and near copies of its texts count as copies."""
_NEGATIVE = 0.5
"""Above this a text counts as negative: the error rates of the card are taken there."""


class Sighting(NamedTuple):
    """A mention of a brand, as the detector takes it.

    Attributes:
        minute: event time, minutes since 1970.
        p_negative: None where the text was not scored.
        model_version: the version that scored it.
        digest: `duplicates.text_digest` of the text.
        text: as it came.
        id: of the tweet.
    """

    minute: int
    p_negative: float | None
    model_version: str
    digest: int
    text: str
    id: str


class Detector:
    """The rules; what is remembered lies in the `BrandState` of each brand.

    Args:
        options: see there.
        rates: error rates by version of the model; a version that is missing is taken as it is.
    """

    def __init__(
        self, options: BuzzOptions | None = None, rates: Mapping[str, Rates] | None = None
    ) -> None:
        self.options = options or BuzzOptions()
        self.rates = dict(rates or {})
        self.method: Method = method(self.options.method)

    def update(self, state: BrandState, sightings: Iterable[Sighting], now: int) -> None:
        """Count mentions of a brand.

        Args:
            state: of the brand; changed in place.
            sightings: in the order of the partition.
            now: minute of the broker's time; a later event time counts as this one.
        """
        opened, size = state.open, self.options.step_minutes
        steps, recent, near = opened.steps, state.digests.recent, opened.is_near
        for minute, p_negative, version, digest, text, tweet in sightings:
            number = (minute if minute < now else now) // size
            if number < opened.until:
                opened.late += 1
                continue
            step = steps.get(number) or self._open_step(state, number)
            if digest in recent.young:
                step.copies += 1
                continue
            opened.fresh.append(digest)
            if recent.is_copy(digest):
                step.copies += 1
                continue
            if near and _is_near_copy(state, text):
                step.copies += 1
                step.near += 1
                keep_sample(step.copied, SampleText(digest, number, tweet, text, p_negative))
                continue
            step.total += 1
            kept = step.other
            if p_negative is not None:
                votes = step.votes.get(version) or step.votes.setdefault(version, [0] * VOTES)
                heavy = WEIGHTS[int(p_negative * 1000)]
                votes[0] += 1
                votes[2] += heavy
                votes[3] += heavy * heavy
                if p_negative > _NEGATIVE:
                    votes[1] += 1
                    kept = step.negative
            if len(kept) < PER_STEP or digest < kept[-1][0]:
                keep_sample(kept, SampleText(digest, number, tweet, text, p_negative))
        state.changed.add("open")

    def count(
        self, state: BrandState, minute: int, total: int, scored: int = 0, negative: int = 0
    ) -> None:
        """Count mentions without their texts, as history in the form of counts has them."""
        number = minute // self.options.step_minutes
        if state.open.until < 0:
            self._start(state, number)
        if number < state.open.until:
            state.open.late += total
            return
        step = state.open.steps.setdefault(number, OpenStep())
        step.total += total
        votes = step.votes.setdefault("", [0] * VOTES)
        added = scored, negative, negative * CERTAIN, negative * CERTAIN**2
        votes[:] = map(add, votes, added)
        state.changed.add("open")

    def close_minutes(self, state: BrandState, watermark: int) -> list[BuzzAlert]:
        """Close all steps that end by the watermark (a minute); returns what alerts did."""
        opened, size = state.open, self.options.step_minutes
        end = watermark // size
        found: list[BuzzAlert] = []
        while 0 <= opened.until < end:
            if not skip_quiet(state, end, self.options):
                found += self._close_one(state)
        return found

    def _close_one(self, state: BrandState) -> list[BuzzAlert]:
        close_step(state, self.rates, self.options)
        found = [alert for kind in KINDS if (alert := self._follow(state, kind))]
        if state.closed.until * self.options.step_minutes % 60 < self.options.step_minutes:
            close_hour(state, self.method, self.options)
        state.changed.update(("digests", "open", "closed", "texts"))
        return found

    def _follow(self, state: BrandState, kind: Kind) -> BuzzAlert | None:
        options, alarm, until = self.options, state.closed.alarms[kind], state.closed.until
        minute, watch = until * options.step_minutes, options.watch(kind)
        verdict = self._judge(state, kind)
        known = state.profile.mentions.knows_a_day
        if alarm.is_open or (known and verdict.strength > _NEAR):
            state.open.near_until = max(state.open.near_until, until)
        change: State | None = None
        opened = alarm.opened if alarm.is_open else minute
        if alarm.is_open:
            change = alarm.follow(minute, verdict.strength, verdict.excess, watch)
        elif self._is_warm(state) and alarm.may_open(minute, verdict.strength, watch):
            surplus = verdict.seen.negative - verdict.normal.negative
            if kind == "negative" and take_out_copies(state, surplus):
                state.open.near_until = until + options.steps(HOUR)
                verdict = self._judge(state, kind)
            if alarm.may_open(minute, verdict.strength, watch):
                change = alarm.open(minute, verdict.strength, verdict.excess)
        if change is None:
            return None
        return explain(state, Transition(kind, change, opened, minute, verdict), options)

    def _judge(self, state: BrandState, kind: Kind) -> Verdict:
        verdict = judge(state, kind, self.method, self.options)
        if kind == "negative" and self.options.method == "tail":
            return weigh_cause(state, verdict, self.options)
        return verdict

    def _is_warm(self, state: BrandState) -> bool:
        steps = state.closed.until - state.open.since
        return steps * self.options.step_minutes >= self.options.warmup_hours * 60

    def _open_step(self, state: BrandState, number: int) -> OpenStep:
        if state.open.until < 0:
            self._start(state, number)
        step = state.open.steps[number] = OpenStep()
        return step

    def _start(self, state: BrandState, number: int) -> None:
        first = max(number - self.options.steps(self.options.lateness_minutes), 0)
        opened: OpenPart = state.open
        opened.until = opened.since = state.closed.until = first
        state.changed.update(("closed", "profile"))


def _is_near_copy(state: BrandState, text: str) -> bool:
    keys = near_keys(text)
    state.open.fresh_keys += keys
    return state.digests.sketches.is_near_copy(keys)
