"""`badbuzz backtest` on files, as a person runs it."""

import json
import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from sentiment.errors import BadbuzzError
from stream.backtest.counts import HistoryError, interval_minutes, read_counts
from stream.backtest.labels import score
from stream.commands.backtest import backtest

_START = datetime(2026, 1, 5)
_BURST = _START + timedelta(days=8, hours=12)


def _rows(minutes=5, days=12, negative=False):
    rng = random.Random(4)
    for row in range(days * 24 * 60 // minutes):
        at = _START + timedelta(minutes=row * minutes)
        mean = 40 * (1 + 0.5 * math.sin(2 * math.pi * at.hour / 24)) * minutes / 5
        burst = _BURST <= at < _BURST + timedelta(hours=5)
        total = max(0, round(rng.gauss(mean, math.sqrt(mean)))) * (4 if burst else 1)
        share = 0.8 if burst else 0.3
        yield at, total, (sum(rng.random() < share for _ in range(total)) if negative else None)


@pytest.fixture
def history(tmp_path):
    path = tmp_path / "acme.csv"
    lines = ["timestamp,value", *(f"{at},{total}" for at, total, _ in _rows())]
    path.write_text("\n".join(lines))
    return path


def run(*arguments):
    return CliRunner().invoke(backtest, [str(a) for a in arguments], catch_exceptions=False)


def test_a_burst_of_volume_is_the_only_alarm_and_bears_the_time_of_its_row(history):
    alarms = json.loads(run(history, "--json").output)["alarms"]
    assert [alarm["kind"] for alarm in alarms] == ["volume"]
    at = datetime.fromisoformat(alarms[0]["at"])
    assert _BURST <= at <= _BURST + timedelta(hours=2)
    assert at in {row[0] for row in _rows()}


def test_cutting_the_file_off_changes_no_earlier_alarm(history, tmp_path):
    whole = json.loads(run(history, "--json").output)["alarms"]
    lines = history.read_text().splitlines()
    until = next(n for n, line in enumerate(lines) if line.startswith(whole[0]["at"][:10]))
    for cut in (until, until + 12 * 13, len(lines) - 100):
        part = tmp_path / "part.csv"
        part.write_text("\n".join(lines[:cut]))
        last = lines[cut - 1].split(",")[0].replace(" ", "T")
        expected = [alarm for alarm in whole if alarm["at"] <= last]
        assert json.loads(run(part, "--json").output)["alarms"] == expected


def test_a_negative_column_raises_the_negative_kind(tmp_path):
    path = tmp_path / "acme.csv"
    lines = [f"{at},{total},{negative}" for at, total, negative in _rows(negative=True)]
    path.write_text("\n".join(["timestamp,value,negative", *lines]))
    found = run(path, "--json", "--false-alarms-per-week", "0.05")
    alarms = json.loads(found.output)["alarms"]
    assert {"negative", "volume"} == {alarm["kind"] for alarm in alarms}
    first = min(alarm["at"] for alarm in alarms if alarm["kind"] == "negative")
    assert datetime.fromisoformat(first) >= _BURST


def test_labels_give_detections_delay_and_false_alarms(history, tmp_path):
    window = [str(_BURST), str(_BURST + timedelta(hours=6))]
    labels = tmp_path / "windows.json"
    labels.write_text(json.dumps({"some/folder/acme.csv": [window]}))
    found = json.loads(run(history, "--json", "--labels", labels).output)
    assert (found["windows"], found["found"], found["false_alarms"]) == (1, 1, 0)
    assert 0 <= found["detections"][0]["delay_minutes"] <= 120
    assert "1 of 1 windows found" in run(history, "--labels", labels).output


def test_scored_tweets_are_read_by_brand_and_explained(tmp_path):
    rng, path = random.Random(5), tmp_path / "scored.jsonl"
    words = [f"w{number}" for number in range(400)]
    lines = []
    for minute in range(4 * 24 * 60):
        at = _START.replace(tzinfo=UTC) + timedelta(minutes=minute)
        burst = 3 * 24 * 60 <= minute < 3 * 24 * 60 + 40
        for number in range(20 if burst else 3):
            negative = rng.random() < (0.95 if burst else 0.3)
            text = " ".join(rng.sample(words, 8)) + (" #recall" if burst else "")
            lines.append(
                {
                    "id": f"{minute}-{number}",
                    "brand": "acme",
                    "text": text,
                    "created_at": at.isoformat(),
                    "p_negative": 0.9 if negative else 0.1,
                    "model_version": "3",
                }
            )
    path.write_text("\n".join(json.dumps(line) for line in lines))
    alarms = json.loads(run(path, "--json").output)["alarms"]
    (negative,) = [alarm for alarm in alarms if alarm["kind"] == "negative"]
    assert negative["brand"] == "acme"
    assert "#recall" in negative["words"][:5]


def test_the_picture_is_written(history, tmp_path):
    picture = tmp_path / "history.png"
    run(history, "--picture", picture)
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "expected columns timestamp,value"),
        ("when,count\n1,2\n", "expected columns timestamp,value"),
        ("timestamp,value\n2026-01-01,5\n", "at least two rows"),
        ("timestamp,value\n2026-01-01,5\nyesterday,5\n", "line 3"),
        ("timestamp,value\n2026-01-01,5\n2026-01-02,-1\n", "line 3"),
        ("timestamp,value\n2026-01-01,5\n2026-01-02,nan\n", "line 3"),
        ("timestamp,value,negative\n2026-01-01,5,1\n2026-01-02,5,9\n", "9 negatives of 5"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_the_line_at_fault(tmp_path, content, message):
    path = tmp_path / "bad.csv"
    path.write_text(content)
    with pytest.raises(HistoryError, match=message):
        run(path)


def test_labels_of_another_file_are_refused(history, tmp_path):
    labels = tmp_path / "windows.json"
    labels.write_text('{"other.csv": []}')
    with pytest.raises(BadbuzzError, match=r"expected windows for acme.csv, got other.csv"):
        run(history, "--labels", labels)


@pytest.mark.parametrize("minutes", [1, 5, 60])
def test_the_interval_is_that_of_the_rows(tmp_path, minutes):
    path = tmp_path / "acme.csv"
    rows = [f"{at},{total}" for at, total, _ in _rows(minutes=minutes, days=1)]
    path.write_text("\n".join(["timestamp,value", *rows]))
    assert interval_minutes(read_counts(path)) == minutes


def test_alarms_of_one_hour_count_as_one_and_warm_up_is_free():
    hours = [1, 50, 50.5, 51.2, 60, 90]
    alarms = [_START + timedelta(hours=hour) for hour in hours]
    window = tuple((_START + timedelta(hours=hour)).replace(tzinfo=UTC) for hour in (88, 92))
    result = score(alarms, [window], _START, _START + timedelta(hours=100))
    assert result.found == 1
    assert len(result.false_alarms) == 2
    assert result.weeks == pytest.approx(85 / 168)
