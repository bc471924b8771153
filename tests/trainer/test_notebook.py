"""The notebook, run top to bottom on a small part."""

import csv
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from trainer.data.source import made_up_tweets
from trainer.data.tweets import SENTIMENT140

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "script_notebook_modelisation.ipynb"


def project(root: Path) -> Path:
    """A root as ours: tweets in `data`, and the folder that Jupyter starts the kernel in."""
    (root / "pyproject.toml").touch()
    (root / "notebooks").mkdir()
    (root / "data").mkdir()
    tweets = made_up_tweets(1_500)
    with (root / "data" / SENTIMENT140).open("w", encoding="latin-1", newline="") as file:
        for text, negative in zip(tweets.texts, tweets.negative.tolist(), strict=True):
            latin = text.encode().decode("latin-1")
            csv.writer(file).writerow([0 if negative else 4, "", "", "", "", latin])
    return root


@pytest.fixture
def cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[nbformat.NotebookNode]:
    monkeypatch.setenv("BADBUZZ_NOTEBOOK_ROWS", "1500")
    monkeypatch.setenv("BADBUZZ_NOTEBOOK_CANDIDATES", "logistic,lstm")
    monkeypatch.setenv("BADBUZZ_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    folder = project(tmp_path) / "notebooks"
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute(cwd=str(folder))
    return list(notebook.cells)


def test_it_runs_from_the_data_to_the_leaderboard_with_pictures(
    cells: list[nbformat.NotebookNode],
) -> None:
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    printed = "".join(output.get("text", "") for output in outputs)
    assert len(pictures) == 4
    assert "Leaderboard (" in printed
    assert f"1,500 real tweets of Sentiment140 (data/{SENTIMENT140})" in printed
    assert "left out: lstm: expected GloVe vectors" in printed
    assert "left out: distilbert: BADBUZZ_NOTEBOOK_CANDIDATES does not name it" in printed
    assert "McNemar p = " in printed


def test_it_is_committed_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
