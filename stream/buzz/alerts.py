"""The alerts of a brand after each step: which opens, worsens or closes."""

from collections.abc import Sequence

from sentiment.alerts import BuzzAlert
from sentiment.reasons import ReasonModel
from stream.buzz.alarm import State
from stream.buzz.brand import BrandState
from stream.buzz.cause import weigh_cause
from stream.buzz.copies import take_out_copies
from stream.buzz.explain import Transition, explain
from stream.buzz.judge import Verdict, judge, look
from stream.buzz.methods import Method, Window
from stream.buzz.options import HOUR, NOTIFYING, BuzzOptions, Kind
from stream.buzz.proven import proven_verdict

_NEAR = 0.5
"""Above this strength a brand is near an alert, and near copies of its texts count as copies."""


class Alerts:
    """The rules by which alerts open; what they did so far lies in each brand's state.

    Args:
        options: of the detector.
        method: says how far a window is from normal.
        reasons: tells what the complaints of an alert are about; None: alerts do not say it.
    """

    def __init__(
        self, options: BuzzOptions, method: Method, reasons: ReasonModel | None = None
    ) -> None:
        self._options = options
        self._method = method
        self._reasons = reasons

    def follow(
        self, state: BrandState, kind: Kind, windows: Sequence[tuple[int, Window]]
    ) -> BuzzAlert | None:
        """Judge a kind of a brand after a step; returns what its alert did, if anything.

        Args:
            state: of the brand; changed in place.
            kind: of alert.
            windows: those that are looked at now, as `judge.look` gives them.
        """
        options, alarm, until = self._options, state.closed.alarms[kind], state.closed.until
        minute, watch = until * options.step_minutes, options.watch(kind)
        verdict = self._judge(state, kind, windows)
        if alarm.is_open or verdict.strength > _NEAR:
            state.open.near_until = max(state.open.near_until, until)
        change: State | None = None
        opened = alarm.opened if alarm.is_open else minute
        if alarm.is_open:
            held = max(state.closed.strengths[kind][: alarm.reach])
            silent = state.closed.silent * options.step_minutes
            change = alarm.follow(minute, held, verdict.excess, watch, silent)
            if change == "closed" and kind in NOTIFYING:
                self._level_off(state, minute - alarm.begun)
        elif self._may_open(state, kind, verdict.strength):
            surplus = verdict.window.seen.negative - verdict.window.normal.negative
            since = until - options.steps(verdict.window.minutes)
            if kind == "negative" and take_out_copies(state, surplus, since):
                state.open.near_until = until + options.steps(HOUR)
                verdict = self._judge(state, kind, list(look(state, options)))
            if self._may_open(state, kind, verdict.strength):
                change = alarm.open(
                    minute, verdict.strength, verdict.excess, verdict.place, verdict.window.minutes
                )
        if change is None:
            return None
        transition = Transition(kind, change, opened, minute, verdict)
        return explain(state, transition, options, self._reasons)

    def _judge(
        self, state: BrandState, kind: Kind, windows: Sequence[tuple[int, Window]]
    ) -> Verdict:
        if kind == "negative" and self._options.method == "e-detector":
            return proven_verdict(state, windows, self._options)
        verdict = judge(state, kind, windows, self._method, self._options)
        if kind == "negative" and self._options.method == "tail":
            return weigh_cause(state, verdict, self._options)
        return verdict

    def _may_open(self, state: BrandState, kind: Kind, strength: float) -> bool:
        """Report a storm once: none opens while one that notifies is open or just closed."""
        options, alarms = self._options, state.closed.alarms
        minute = state.closed.until * options.step_minutes
        known = (state.closed.until - state.open.since) * options.step_minutes
        if strength <= 1 or known < options.warmup_hours * HOUR:
            return False
        if any(alarms[other].is_open for other in NOTIFYING):
            return False
        return all(
            alarms[other].may_open(minute, strength, options.watch(kind))
            for other in {kind, *NOTIFYING}
        )

    def _level_off(self, state: BrandState, minutes: int) -> None:
        """Take a closed alert's minutes as expected: no longer window reports them again."""
        state.closed.windows.level_off(self._options.steps(minutes))
        state.closed.bets.clear()
        for kind in NOTIFYING:
            state.closed.calm(kind)
