"""The figures of the benchmarks: clocks, padding, spreads and the report."""

import json
import time

import numpy as np
import pytest

from bench.clock import Inside, ScorerClock
from bench.report import write_report
from bench.scorer import pad
from bench.spread import Spread, ratios, spread
from sentiment.tokenizer import Ragged


def test_the_clock_counts_cpu_and_not_waiting(tmp_path):
    spent = []

    def work():
        time.sleep(0.2)
        started = time.thread_time()
        while time.thread_time() < started + 0.05:
            pass
        spent.append(time.thread_time() - started)

    inside = Inside()
    clock = ScorerClock(tmp_path / "clock")
    inner = clock.timed(work, 1, inside)
    clock.timed(lambda: (inner(), work()), 1, inside)()
    encode, run = ScorerClock(tmp_path / "clock").read()
    assert encode == 0
    assert len(spent) == 2
    assert run == pytest.approx(sum(spent), abs=0.03)


def test_padding_keeps_ids_in_front_and_cuts_at_forty():
    ids = np.arange(1, 46, dtype=np.int32)
    padded = pad(Ragged(ids, np.array([0, 3, 45])))
    assert padded.shape == (2, 40)
    assert padded[0].tolist() == [1, 2, 3, *[0] * 37]
    assert padded[1].tolist() == list(range(4, 44))


def test_a_spread_is_of_rounds_and_a_ratio_is_taken_round_by_round():
    assert spread([3, 1, 2]) == Spread(2, 1, 3)
    assert ratios([10, 30, 20], [5, 10, 40]) == Spread(2, 0.5, 3)


def test_the_report_names_each_side_and_says_when_messages_are_missing(tmp_path):
    run = {
        "mode": "score", "rate": 1_000.0, "cpu": 20.0, "scorer_share": 0.5, "broker_cpu": 3.0,
        "twice": 0,
    }  # fmt: skip
    runs = [
        {**run, "round": 0, "side": "badbuzz", "missing": 0},
        {**run, "round": 0, "side": "faust", "missing": 7, "rate": 100.0},
    ]
    facts = {
        "machine": {"measured_at": "now", "processor": "p", "cores": 2, "load_before": 0.0},
        "texts": "t", "model": "m",
    }  # fmt: skip
    limits = [{"in_turn": {"rate": 2_000.0}, "overlapping": {"rate": 2_500.0}}]
    (tmp_path / "endtoend.json").write_text(json.dumps({**facts, "limits": limits, "runs": runs}))
    write_report(tmp_path)
    text = (tmp_path / "stream.md").read_text()
    assert "| badbuzz worker | exactly once | 1,000 (1,000 to 1,000) | 0.50 (0.50 to 0.50)" in text
    assert "10.00 (10.00 to 10.00)" in text
    assert "missing 7, twice 0" in text
    assert (tmp_path / "stream.png").stat().st_size > 5_000
