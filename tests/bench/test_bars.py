"""Figures beside their bars, on made-up sources and a made-up storm."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.bars import main
from trainer.shipped import shipped_folder

BAD = ["What a shame, worst service ever", "Awful, I am so angry", "never again, horrible"]
GOOD = ["I love it, thank you so much", "Great day, wonderful people", "best service ever"]
PLAIN = ["What time does the shop open?", "The meeting is on Monday", "It is at the station"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Test rows of one source."""
    path = tmp_path / "data" / "sources" / "tweeteval" / "test.csv"
    path.parent.mkdir(parents=True)
    labels = zip(("negative", "neutral", "positive"), (BAD, PLAIN, GOOD), strict=True)
    rows = [f'"{text}",{label}' for label, texts in labels for text in texts]
    path.write_text("\n".join(["text,label", *rows]) + "\n", "utf-8")
    return tmp_path / "data"


@pytest.fixture
def crises(tmp_path: Path) -> Path:
    """A brand with three calm hours and a storm."""
    folder = tmp_path / "crises"
    folder.mkdir()
    calm = [_post(hour, text, "positive") for hour, text in enumerate(GOOD)]
    storm = [_post(10 + hour, text, "negative") for hour, text in enumerate(BAD)]
    lines = [json.dumps(row) for row in [*calm, *storm]]
    (folder / "acme.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    windows = {"acme.jsonl": [["2024-05-01T10:00:00Z", "2024-05-01T20:00:00Z", "a storm"]]}
    (folder / "windows.json").write_text(json.dumps(windows), "utf-8")
    return folder


def _post(hour: int, text: str, truth: str) -> dict[str, str]:
    return {"text": text, "created_at": f"2024-05-01T{hour:02}:00:00Z", "truth": truth}


def test_each_figure_stands_beside_its_bar_and_what_is_not_there_is_left_out(
    data: Path, crises: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BADBUZZ_DATA_DIR", str(data))
    monkeypatch.setenv("CRISES", str(crises))
    monkeypatch.setenv("COLUMNS", "140")
    ended = CliRunner().invoke(main, [str(shipped_folder())], catch_exceptions=False)
    assert "Sentiment140" not in ended.output
    (storm,) = [line for line in ended.output.splitlines() if "storm of 2024-05-01" in line]
    assert storm.split()[-1] == "yes"
    assert float(storm.split()[-4]) > 0.5
    (recall,) = [line for line in ended.output.splitlines() if "TweetEval" in line]
    assert recall.split()[-1] == "yes"
    best = CliRunner().invoke(main, [str(shipped_folder()), "--best"], catch_exceptions=False)
    assert "≥ 0.7 " in best.output
