"""Alerts as rows for a spreadsheet."""

from api.alerts.views import AlertView

HEAD = (
    "id", "brand", "kind", "state", "opened_at", "at", "window_start", "window_end",
    "mentions", "mentions_expected", "negatives", "negatives_expected", "share", "share_expected",
    "words", "samples", "acknowledged_by", "acknowledged_at", "notes", "url",
)  # fmt: skip


def row(alert: AlertView) -> tuple[object, ...]:
    """One alert, in the order of `HEAD`."""
    negatives, share, taken = alert.negatives, alert.share, alert.acknowledged
    return (
        alert.id, alert.brand, alert.kind, alert.state,
        alert.opened_at.isoformat(), alert.at.isoformat(),
        alert.window_start.isoformat(), alert.window_end.isoformat(),
        alert.volume.now, round(alert.volume.expected, 1),
        negatives and negatives.now, negatives and round(negatives.expected, 1),
        share and round(share.now, 4), share and round(share.expected, 4),
        ", ".join(word.word for word in alert.words),
        "\n".join(sample.text for sample in alert.samples),
        taken and taken.by, taken and taken.at.isoformat(),
        "\n".join(f"{note.by}: {note.text}" for note in alert.notes), alert.url,
    )  # fmt: skip
