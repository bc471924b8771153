"""The setting for a stream is chosen on the others: nothing of its own source is looked at."""

from collections.abc import Hashable, Sequence

from bench.buzz.run import Result, Results
from bench.buzz.stream import Kind

ALLOWED: dict[Kind, float] = {"texts": 1.0, "counts": 0.5 * 365.25 / 12 / 7}
"""False alarms a brand-month that a setting may have where it is chosen; of counts half a week."""

Chosen = dict[str, dict[str, tuple[Hashable, Result]]]
"""By detector and stream: the setting chosen on the others, and its result."""


def chosen(results: Results, together: bool = False) -> dict[str, tuple[Hashable, Result]]:
    """For each stream: the setting that is best on the other sources, and what it makes of this.

    Best is: allowed false alarms, then most windows found, then fewest false alarms, then the
    shortest delay. If no setting stays within what is allowed, the one with fewest false alarms.
    Where there is no other source, the stream alone is left out.

    Args:
        results: of all settings.
        together: of a setting that all kinds of streams share; else one is chosen for each kind.
    """
    by_stream: dict[str, dict[Hashable, Result]] = {}
    for setting, rows in results.items():
        for row in rows:
            by_stream.setdefault(row.stream.name, {})[setting] = row
    found = {}
    for name, own in by_stream.items():
        any_row = next(iter(own.values()))
        setting = max(own, key=lambda one: _worth(_others(results[one], any_row, together)))
        found[name] = setting, own[setting]
    return found


def always(setting: Hashable, results: Results) -> dict[str, tuple[Hashable, Result]]:
    """For each stream what one setting makes of it."""
    return {row.stream.name: (setting, row) for row in results[setting]}


def _others(rows: Sequence[Result], left_out: Result, together: bool) -> list[Result]:
    stream = left_out.stream
    alike = [row for row in rows if together or row.stream.kind == stream.kind]
    others = [row for row in alike if row.stream.source != stream.source]
    return others or [row for row in alike if row.stream.name != stream.name]


def _worth(rows: Sequence[Result]) -> tuple[float, ...]:
    false_alarms = sum(len(row.notified.false_alarms) for row in rows)
    found = sum(row.notified.found for row in rows)
    delay = sum(d.delay_minutes or 0.0 for row in rows for d in row.notified.detections)
    if any(_rate(rows, kind) > allowed for kind, allowed in ALLOWED.items()):
        return (0, -false_alarms, found, -delay)
    return (1, found, -false_alarms, -delay)


def _rate(rows: Sequence[Result], kind: Kind) -> float:
    """False alarms a brand-month on the streams of a kind."""
    own = [row for row in rows if row.stream.kind == kind]
    months = sum(row.months for row in own)
    return sum(len(row.notified.false_alarms) for row in own) / months if months else 0.0
