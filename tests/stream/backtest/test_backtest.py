"""`badbuzz backtest` on files, as a person runs it."""

import csv
import json
import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from sentiment.errors import BadbuzzError
from stream.backtest.counts import HistoryError, interval_minutes, read_counts
from stream.backtest.labels import Window, score
from stream.backtest.picture import panels_of_tweets
from stream.buzz.detector import Sighting
from stream.commands.backtest import backtest
from tests.artefacts import make_artefact

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
    assert [alarm["kind"] for alarm in alarms] == ["storm"]
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
    assert {alarm["kind"] for alarm in alarms} == {"negative"}
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
    start, end = ((_START + timedelta(hours=hour)).replace(tzinfo=UTC) for hour in (88, 92))
    window = Window(start, end)
    result = score(alarms, [window], _START, _START + timedelta(hours=100))
    assert result.found == 1
    assert len(result.false_alarms) == 2
    assert result.weeks == pytest.approx(85 / 168)


@pytest.mark.parametrize("kind", ["jsonl", "json", "csv", "excel"])
def test_scored_tweets_are_read_however_the_file_is_written(tmp_path, kind):
    rows = [
        {"id": str(n), "text": f"text {n}", "created_at": f"{at}+00:00", "label": "negative"}
        for n, (at, total, _) in enumerate(_rows(minutes=60, days=3))
        for _ in range(min(total, 3))
    ]
    path = tmp_path / "history"
    if kind == "jsonl":
        path.write_text("\n".join(map(json.dumps, rows)))
    elif kind == "json":
        path.write_text(json.dumps(rows))
    else:
        sign = ";" if kind == "excel" else ","
        lines = [sign.join(rows[0]), *(sign.join(row.values()) for row in rows)]
        path.write_text("\r\n".join(lines), "utf-8-sig")
    output = run(path).output
    assert f"from {_START:%Y-%m-%d %H:%M} to" in output


def test_columns_of_other_names_are_named(tmp_path):
    path = tmp_path / "history.csv"
    path.write_text("what,when,who,label\nlate,24/02/2015 11:35,united,negative\n")
    options = ["--text-column", "what", "--time-column", "when", "--brand-column", "who"]
    assert "0 alarms, 0 of them notify, from 2015-02-24 11:35 to" in run(path, *options).output
    with pytest.raises(HistoryError, match="expected columns timestamp,value"):
        run(path)


_NOISE = [f"word{number}" for number in range(300)]


def _tweets(days=4, burst_hours=1.5):
    """Rows of a made-up brand, newest first; in the last hours an app fails."""
    rng, rows = random.Random(6), []
    for minute in range(days * 24 * 60):
        at = _START + timedelta(minutes=minute)
        burst = minute >= (days * 24 - burst_hours) * 60
        for number in range(18 if burst else rng.choice((1, 2, 3))):
            bad = burst or rng.random() < 0.2
            said = "awful late, app crashes at login" if burst else "awful" if bad else "great"
            rows.append(
                {
                    "id": f"{minute}-{number}",
                    "body": f"@acme {said} {' '.join(rng.sample(_NOISE, 4))}",
                    "at": f"{at:%Y-%m-%d %H:%M:%S} +0000",
                    "who": "Acme",
                }
            )
    return rows[::-1]


@pytest.fixture
def tweets(tmp_path):
    rows = _tweets()
    path = tmp_path / "tweets.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


COLUMNS = ("--text-column", "body", "--time-column", "at", "--brand-column", "who")


def test_a_version_tells_what_it_would_have_said_of_any_file_of_tweets(tweets, tmp_path):
    model = make_artefact(tmp_path / "model")
    found = json.loads(run(tweets, "--json", "--model", model, *COLUMNS).output)
    told = [alarm for alarm in found["alarms"] if alarm["notifies"]]
    assert told
    assert {alarm["brand"] for alarm in told} == {"Acme"}
    assert datetime.fromisoformat(told[0]["at"]) >= (
        _START + timedelta(days=4, hours=-1.5)
    ).replace(tzinfo=UTC)
    words = " ".join(told[0]["words"][:3])
    assert "app" in words or "login" in words
    assert told[0]["examples"]


def test_without_scores_it_says_that_only_the_number_counts(tweets):
    output = run(tweets, *COLUMNS).output
    assert "give --model" in output


def test_the_listing_fits_in_80_columns_and_says_the_cause(tweets, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    model = make_artefact(tmp_path / "model")
    lines = run(tweets, "--model", model, *COLUMNS).output.splitlines()
    assert max(map(len, lines)) <= 80
    assert any("login" in line for line in lines)
    assert any("of them notify" in line for line in lines)


def test_the_picture_of_tweets_has_a_panel_a_brand(tweets, tmp_path):
    picture = tmp_path / "tweets.png"
    run(tweets, "--picture", picture, *COLUMNS)
    assert picture.read_bytes().startswith(b"\x89PNG")
    panels = panels_of_tweets(
        (brand, Sighting(minute, 0.9, "", minute, "text", str(minute)))
        for minute in range(120)
        for brand in ("acme", "globex")[: 1 + minute % 2]
    )
    assert list(panels) == ["acme", "globex"]
    assert sum(count for count, _ in panels["acme"].bars.values()) == 120
    assert list(panels["globex"].bars.values()) == [(30, 30), (30, 30)]


def test_a_model_that_is_not_there_is_refused(tweets, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/none.db")
    monkeypatch.setenv("BADBUZZ_MODELS_DIR", str(tmp_path / "models"))
    with pytest.raises(BadbuzzError):
        run(tweets, "--model", "no-such-alias", *COLUMNS)
