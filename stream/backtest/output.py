"""What a back-test found: for people and as JSON."""

from statistics import median
from typing import Any

from rich.text import Text

from sentiment import terminal
from sentiment.printable import printable
from stream.backtest.labels import Score
from stream.backtest.run import Alarm, Report

_WORDS = 5
_EXAMPLE_CHARS = 140


def as_json_object(report: Report, result: Score | None) -> dict[str, Any]:
    """Alarms, and with labels how they meet the windows."""
    found: dict[str, Any] = {"alarms": [_alarm_json(alarm) for alarm in report.alarms]}
    if result:
        found |= {
            "windows": len(result.detections),
            "found": result.found,
            "false_alarms": len(result.false_alarms),
            "false_alarms_per_week": round(result.false_alarms_per_week, 3),
            "weeks": round(result.weeks, 3),
            "detections": [
                {
                    "window": [
                        detection.window.start.isoformat(),
                        detection.window.end.isoformat(),
                    ],
                    "at": detection.at.isoformat() if detection.at else None,
                    "delay_minutes": detection.delay_minutes,
                }
                for detection in result.detections
            ],
        }
    return found


def _alarm_json(alarm: Alarm) -> dict[str, Any]:
    alert = alarm.alert
    return {
        "at": alarm.at.isoformat(),
        "kind": alert.kind,
        "brand": alert.brand,
        "notifies": alarm.alert.notifies,
        "strength": round(alert.strength, 3),
        "volume": alert.volume.model_dump(),
        "share": alert.share and alert.share.model_dump(),
        "reason": alert.reason,
        "words": [word.word for word in alert.words],
        "examples": [sample.text for sample in alert.samples],
    }


def show(report: Report, result: Score | None, scored_by: str | None) -> None:
    """Print the notifications that people would have received.

    Args:
        report: the alarms.
        result: how they meet the labels, where there are some.
        scored_by: what scored the tweets; None: nothing did, so that only their number counts.
    """
    console = terminal.console()
    names = ("at", "brand", "kind", "notifies", "mentions", "usual", "negative", "usual",
             "what it says")  # fmt: skip
    rows = [[Text(printable(cell)) for cell in _cells(alarm)] for alarm in report.alarms]
    if rows:
        console.print(terminal.listing(names, rows, console.width))
    notifying = sum(alarm.alert.notifies for alarm in report.alarms)
    console.print(
        f"{len(report.alarms)} alarms, {notifying} of them notify, from "
        f"{report.first:%Y-%m-%d %H:%M} to {report.last:%Y-%m-%d %H:%M}"
    )
    if scored_by is None:
        console.print("Nothing scored these tweets, so only their number counts: give --model.")
    if result:
        delays = [d.delay_minutes for d in result.detections if d.delay_minutes is not None]
        middle = f", median delay {median(delays):.0f} min" if delays else ""
        console.print(
            f"{result.found} of {len(result.detections)} windows found{middle}; "
            f"{len(result.false_alarms)} false alarms, {result.false_alarms_per_week:.2f} a week"
        )


def _cells(alarm: Alarm) -> list[str]:
    alert, share = alarm.alert, alarm.alert.share
    return [
        alarm.at.isoformat(" ", "minutes")[:16], alert.brand, alert.kind,
        "yes" if alarm.alert.notifies else "no", f"{alert.volume.now:.0f}",
        f"{alert.volume.expected:.0f}", f"{share.now:.0%}" if share else "",
        f"{share.expected:.0%}" if share else "", _said(alarm),
    ]  # fmt: skip


def _said(alarm: Alarm) -> str:
    """The first words, and the first example with the number of its near copies."""
    words = ", ".join(word.word for word in alarm.alert.words[:_WORDS])
    if not alarm.alert.samples:
        return words
    first = alarm.alert.samples[0]
    text = " ".join(first.text.split())
    cut = text if len(text) <= _EXAMPLE_CHARS else f"{text[:_EXAMPLE_CHARS]}…"
    alike = f" ({first.alike} alike)" if first.alike > 1 else ""
    return f"{words}: “{cut}”{alike}" if words else f"“{cut}”{alike}"
