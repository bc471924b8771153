"""The crisis bench: readers, matching, the choice of settings, and the figures."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from click.testing import CliRunner

from bench.buzz.__main__ import main
from bench.buzz.badbuzz import DEFAULT, GRID, USUAL, Badbuzz, Tuning
from bench.buzz.baselines import Baseline, Setting, baselines
from bench.buzz.causes import causes_named
from bench.buzz.changed import later, misread, thinned
from bench.buzz.control_charts import Fixed
from bench.buzz.detector import About, Alarm
from bench.buzz.leave_out import chosen
from bench.buzz.readers import read_streams
from bench.buzz.report import summarise, tables, write
from bench.buzz.run import Raised, Result, run, run_all
from bench.buzz.scores import scored
from bench.buzz.stream import Mention, Step, Stream, in_steps
from stream.backtest.counts import minute_of
from stream.backtest.labels import Window, score
from stream.buzz.options import BuzzOptions
from tests.artefacts import make_three_class_artefact

START = datetime(2026, 1, 5, tzinfo=UTC)


def hours(number):
    return START + timedelta(hours=number)


def stream(name="acme", counts=(), windows=(), ambiguous=(), source=None, warmup=0):
    """A mention a minute where the count of the hour says so."""
    timed = [
        (
            minute_of(hours(hour)) + place % 60,
            Mention(f"{hour}-{place}", "late again", p_negative=0.9),
        )
        for hour, count in enumerate(counts)
        for place in range(count)
    ]
    return Stream(
        name, source or name, "texts", 1, in_steps(timed, 1),
        tuple(Window(hours(a), hours(b)) for a, b in windows),
        tuple(Window(hours(a), hours(b)) for a, b in ambiguous), timedelta(hours=warmup),
    )  # fmt: skip


def judged(at, windows=(), ambiguous=(), warmup=10, last=200):
    return score(
        [hours(one) for one in at],
        [Window(hours(a), hours(b)) for a, b in windows],
        START,
        hours(last),
        [Window(hours(a), hours(b)) for a, b in ambiguous],
        timedelta(hours=warmup),
    )


def test_a_window_is_found_by_an_alarm_within_it_ends_included():
    for at in (50, 55, 60):
        assert judged([at], [(50, 60)]).detections[0].delay_minutes == (at - 50) * 60
    for at in (49.99, 60.01):
        found = judged([at], [(50, 60)])
        assert found.found == 0
        assert len(found.false_alarms) == 1


def test_an_alarm_in_an_ambiguous_window_counts_neither_way():
    found = judged([45, 120], [(50, 60)], [(40, 50), (110, 130)])
    assert found.found == 0
    assert found.false_alarms == []


def test_an_alarm_of_the_warm_up_is_not_false_and_its_time_does_not_count():
    found = judged([5, 9.9, 10], warmup=10, last=178)
    assert found.false_alarms == [hours(10)]
    assert found.weeks == pytest.approx(1)


def test_false_alarms_within_an_hour_of_the_last_count_as_one():
    assert judged([20, 20.5, 21.4, 23]).false_alarms == [hours(20), hours(23)]


def test_all_minutes_are_walked_through_in_order():
    steps = list(stream(counts=[1, 0, 2]).steps())
    assert [step.minute for step in steps] == list(range(steps[0].minute, steps[0].minute + 122))
    assert sum(step.count for step in steps) == 3


class Every:
    """Alarms at the first step of each hour that holds more than the setting."""

    name = "every"

    def __init__(self, limits=(5, 50)):
        self.limits = limits

    def settings(self, kind):
        return self.limits

    def watch(self, setting, about):
        return EveryWatch(setting)


class EveryWatch:
    def __init__(self, limit):
        self.limit, self.hour, self.count = limit, None, 0

    def step(self, step):
        if self.hour != step.minute // 60:
            self.hour, self.count = step.minute // 60, 0
        before = self.count
        self.count += step.count
        return [Alarm(words=("late",))] if before <= self.limit < self.count else []


def test_an_alarm_bears_the_end_of_the_step_that_raised_it():
    result = run(Every(), 5, stream(counts=[1, 20]))
    assert [one.at for one in result.raised] == [hours(1) + timedelta(minutes=6)]


def test_only_alarms_that_notify_find_a_window_but_the_others_are_shown():
    class Quiet(Every):
        def watch(self, setting, about):
            loud = super().watch(setting, about)
            return type("W", (), {"step": lambda _, step: [
                Alarm("volume", notifies=False) for _ in loud.step(step)]})()  # fmt: skip

    result = run(Quiet(), 5, stream(counts=[1, 1, 20, 1], windows=[(2, 3)]))
    assert (result.notified.found, result.shown.found) == (0, 1)


def test_the_setting_of_a_stream_is_chosen_on_the_other_sources():
    # One stream is found by the low limit alone; the two others have false alarms by it.
    own = stream("own", [1, 1, 20, 1] + [1] * 700, [(2, 3)])
    noisy = [
        stream(name, ([1] * 9 + [20]) * 70 + [1, 80, 1], [(701, 702)]) for name in ("one", "two")
    ]
    found = chosen(run_all(Every(), [own, *noisy]))
    assert found["own"][0] == 50
    assert found["own"][1].notified.found == 0
    # Judged with its own stream in view the choice would be the same; without the noisy ones not.
    assert chosen(run_all(Every(), [own, stream("calm", own_counts(), [(2, 3)])]))["own"][0] == 5


def own_counts():
    return [1, 1, 20, 1] + [1] * 700


def test_streams_of_one_source_are_left_out_together():
    brother = stream("brother", own_counts(), [(2, 3)], source="week")
    own = stream("own", own_counts(), [(2, 3)], source="week")
    strange = stream("strange", ([1] * 9 + [20]) * 70 + [1, 80, 1], [(701, 702)])
    assert chosen(run_all(Every(), [own, brother, strange]))["own"][0] == 50


@pytest.mark.parametrize("baseline", baselines(), ids=lambda one: one.name)
def test_each_baseline_finds_a_tenfold_day_and_says_nothing_before_it(baseline):
    rng = np.random.default_rng(3)
    counts = [int(rng.poisson(20 + 10 * np.sin(hour / 24 * 6.283))) for hour in range(24 * 10)]
    for hour in range(24 * 9 + 6, 24 * 9 + 12):
        counts[hour] *= 10
    one = stream(counts=counts, windows=[(24 * 9 + 6, 24 * 9 + 13)], warmup=48)
    results = [run(baseline, setting, one) for setting in baseline.settings("texts")]
    assert any(r.notified.found == 1 and not r.notified.false_alarms for r in results)


def test_a_baseline_alarms_again_only_after_rest():
    baseline = Baseline("fixed", lambda _: Fixed(), {"texts": (10.0,), "counts": ()})
    watch = baseline.watch(Setting("mentions", 60, 10.0), About("acme", "texts", 1))
    at = [
        step.minute
        for step in stream(counts=[0, 20, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 20, 1]).steps()
        if watch.step(step)
    ]
    assert [(minute - minute_of(START)) // 60 for minute in at] == [1, 12]


def test_counts_reach_badbuzz_and_its_volume_alarm_notifies():
    rng = np.random.default_rng(2)
    values = rng.poisson(40, 12 * 24 * 10)
    values[-150:-120] *= 6
    minute = minute_of(START)
    busy = tuple(Step(minute + 5 * place, int(value)) for place, value in enumerate(values))
    window = Window(hours(240 - 12.5), hours(240 - 9))
    one = Stream("x", "x", "counts", 5, busy, (window,), (), None)
    assert run(Badbuzz(), 0.2, one).notified.found == 1


def test_texts_reach_badbuzz_with_their_scores():
    rng = np.random.default_rng(2)
    words = [f"w{n}" for n in range(300)]
    timed = []
    for place in range(60 * 24 * 4):
        burst = place >= 60 * 24 * 4 - 60
        for number in range(rng.poisson(20 if burst else 2)):
            text = " ".join(rng.choice(words, 8)) + (" #recall" if burst else "")
            p_negative = 0.9 if burst or rng.random() < 0.2 else 0.1
            timed.append((minute_of(START) + place,
                          Mention(f"{place}-{number}", text, p_negative=p_negative)))  # fmt: skip
    window = Window(hours(95), hours(96.1))
    one = Stream("x", "x", "texts", 1, in_steps(timed, 1), (window,), (), timedelta(hours=48))
    result = run(Badbuzz(), 0.2, one)
    assert result.notified.found == 1
    assert any("#recall" in raised.alarm.words for raised in result.raised)


def test_streams_bear_the_scores_of_an_artefact_and_cached_ones_are_the_same(tmp_path):
    model = make_three_class_artefact(tmp_path / "model")
    texts = ["late late flight", "great thanks", "a flight"]
    timed = [(n, Mention(str(n), text, lang="en")) for n, text in enumerate(texts)]
    timed.append((9, Mention("9", "zzz", lang="xx")))
    one = Stream("x", "x", "texts", 1, in_steps(timed, 1), (), (), None)
    first, again = (scored([one], model, tmp_path / "cache")[0] for _ in range(2))
    held = [mention for step in first.busy for mention in step.mentions]
    assert [mention.text for mention in held] == [*texts, "zzz"]
    assert held[0].p_negative > 0.5 > held[1].p_negative
    assert held[1].p_positive > 0.5 > held[0].p_positive
    assert held[2].p_neutral > 0.5
    assert held[3].p_negative is None
    assert again == first


def test_a_thinned_stream_keeps_its_part_and_one_begun_later_its_known_windows():
    one = stream(counts=[30] * 24 * 8, windows=[(60, 61), (100, 101), (150, 151)])
    half = thinned(one, 0.5)
    assert half.mentions == pytest.approx(one.mentions / 2, rel=0.05)
    assert all(step.count == len(step.mentions) for step in half.busy)
    bare = replace(one, busy=tuple(step._replace(count=100, mentions=()) for step in one.busy))
    assert thinned(bare, 0.2).mentions == pytest.approx(bare.mentions / 5, rel=0.05)
    begun = later(one, 2)
    assert begun.first == hours(48)
    assert [window.start for window in begun.windows] == [hours(150)]
    assert later(one, 9) == one


def test_a_misread_stream_has_a_part_of_its_texts_read_as_neutral():
    one = stream(counts=[30] * 24)
    read = [m.p_negative for step in misread(one, 0.3).busy for m in step.mentions]
    assert read.count(0.1) == pytest.approx(0.3 * one.mentions, rel=0.2)
    assert read.count(0.9) == one.mentions - read.count(0.1)


def test_a_cause_is_named_by_one_of_the_first_three_words(monkeypatch, tmp_path):
    causes = tmp_path / "causes.json"
    causes.write_text('{"acme": [["recall"]]}')
    monkeypatch.setattr("bench.buzz.causes._CAUSES", causes)
    one = stream(counts=[1, 1], windows=[(0, 1)])
    for words, named in (
        (("we", "#recall", "x"), True),
        (("product recall", "x"), True),
        (("récalls", "x"), True),
        (("we", "are", "so", "recall"), False),
    ):
        raised = [Raised(hours(0.5), Alarm(words=words))]
        found = judged([0.5], [(0, 1)], warmup=0)
        result = Result(one, raised, found, found, 0.1)
        assert [row["named"] for row in causes_named(result)] == [named]


def test_figures_tables_and_pictures_are_written(tmp_path):
    streams = [stream("own", own_counts(), [(2, 3)]), stream("calm", [1] * 700)]
    found = {"every": chosen(run_all(Every(), streams))}
    summary = summarise(found, "toy")
    assert summary["detectors"]["every"]["all"]["texts"]["windows"] == 1
    write(summary, found, tmp_path)
    assert json.loads((tmp_path / "buzz.json").read_text()) == summary
    assert "| every | 1 of 1 | 6 |" in tables(summary)
    for name in ("buzz.png", "buzz-streams.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


def test_a_setting_of_all_kinds_is_chosen_on_all_other_streams_together():
    texts = stream("texts", own_counts(), [(2, 3)])
    busy = tuple(
        Step(step.minute, step.count)
        for step in stream("noisy", ([1] * 9 + [20]) * 70 + [1, 80, 1]).busy
    )
    counts = Stream("counts", "counts", "counts", 1, busy, (), (), None)
    results = run_all(Every(), [texts, stream("brother", own_counts(), [(2, 3)]), counts])
    assert chosen(results)["texts"][0] == 5
    assert chosen(results, together=True)["texts"][0] == 50


def test_the_grid_begins_with_the_figures_that_are_used_and_changes_one_at_a_time():
    options = BuzzOptions()
    assert GRID[0] == USUAL
    assert USUAL.of(options) == options
    for setting in GRID[1:]:
        flat, usual = ((one.least, *one.figures) for one in (setting, USUAL))
        assert sum(a != b for a, b in zip(flat, usual, strict=True)) == 1
        assert setting.of(options) != options
    assert len({str(setting) for setting in GRID}) == len(GRID)


def test_figures_are_chosen_by_leaving_out_and_all_are_told(tmp_path, monkeypatch):
    series, out = tmp_path / "series", tmp_path / "out"
    series.mkdir()
    rng = np.random.default_rng(4)
    for name in ("one", "two"):
        values = rng.poisson(20, 12 * 24 * 4)
        values[-100:-90] *= 5
        rows = (
            f"{hours(place / 12):%Y-%m-%d %H:%M:%S},{value}" for place, value in enumerate(values)
        )
        (series / f"{name}.csv").write_text("timestamp,value\n" + "\n".join(rows))
    (series / "windows.json").write_text('{"one.csv": [], "two.csv": []}')
    for name in ("CRISES", "AIRLINE_TWEETS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NAB", str(series))
    deaf = Tuning(least=10**6)
    monkeypatch.setattr("bench.buzz.__main__.GRID", (USUAL, deaf))
    done = CliRunner().invoke(main, ["--only", "badbuzz", "--choose", "--out", str(out)])
    assert done.exit_code == 0, done.output
    found = json.loads((out / "buzz.json").read_text())
    assert set(found["grid"]) == {str(USUAL), str(deaf)}
    assert found["grid"][str(USUAL)]["counts"]["false_alarms"] == 2
    assert found["grid"][str(deaf)]["counts"]["false_alarms"] == 0
    # With a false alarm on the other series, the deaf setting is the better one.
    assert {row["setting"] for row in found["detectors"]["badbuzz"]["streams"].values()} == {
        str(deaf)
    }
    assert set(found["detectors"]) == {"badbuzz", "badbuzz, default"}


@pytest.fixture
def crises(tmp_path):
    rows = [
        {"id": "1", "text": "late again", "created_at": "2026-01-05T00:00:10Z", "author": "a"},
        {"id": "2", "text": "bravo", "created_at": "2026-01-05T00:02:10Z", "truth": "positive"},
    ]
    (tmp_path / "acme.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    window = ["2026-01-05T00:00:00Z", "2026-01-05T00:10:00Z", "an outage"]
    (tmp_path / "windows.json").write_text(json.dumps({"acme.jsonl": [window]}))
    return tmp_path


def test_a_folder_of_crises_is_read(crises):
    (one,) = read_streams({"CRISES": str(crises)})
    assert (one.name, one.kind, one.step_minutes) == ("acme", "texts", 1)
    assert [(step.count, step.mentions[0].author) for step in one.busy] == [(1, "a"), (1, None)]
    assert one.windows[0].what == "an outage"
    assert one.ambiguous == ()


def test_airlines_are_one_source_and_a_stream_each(tmp_path):
    (tmp_path / "tweets.csv").write_text(
        "id,created_at,airline,text,sentiment\n"
        "0,2015-02-24 11:35:52 -0800,Delta,@air late,negative\n"
        "1,2015-02-24 11:36:52 -0800,American,@air thanks,positive\n"
    )
    found = read_streams({"AIRLINE_TWEETS": str(tmp_path)})
    assert [(one.name, one.source) for one in found] == [
        ("American", "airlines"),
        ("Delta", "airlines"),
    ]
    assert found[1].first == datetime(2015, 2, 24, 19, 35, tzinfo=UTC)
    assert found[1].windows


def test_the_default_knob_alone_is_run_where_that_is_asked(tmp_path, monkeypatch):
    series, out = tmp_path / "series", tmp_path / "out"
    series.mkdir()
    rows = (
        f"{hours(place / 12):%Y-%m-%d %H:%M:%S},{5 + place % 3}" for place in range(12 * 24 * 3)
    )
    (series / "calm.csv").write_text("timestamp,value\n" + "\n".join(rows))
    (series / "windows.json").write_text('{"calm.csv": []}')
    for name in ("CRISES", "AIRLINE_TWEETS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NAB", str(series))
    asked = ["--only", "badbuzz", "--default", "--out", str(out)]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 0, done.output
    found = json.loads((out / "buzz.json").read_text())["detectors"]
    assert {row["streams"]["calm"]["setting"] for row in found.values()} == {str(DEFAULT)}
    assert found["badbuzz"]["all"]["counts"]["false_alarms"] == 0
