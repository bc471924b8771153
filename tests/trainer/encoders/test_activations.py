"""What the lower layers say of texts is kept in files and found again there, text by text."""

from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from sentiment.ragged import Ragged
from tests.trainer.encoder_directory import WIDTH, encoder
from trainer.context import Context
from trainer.encoders import activations
from trainer.encoders.activations import LowerLayers

TEXTS = [[5, 6, 7], [1], [9, 8], [4, 4, 4, 4], [3], [2, 1], [7, 7, 7]]


def _ids() -> Ragged:
    return Ragged(
        np.array([number for text in TEXTS for number in text], np.int32),
        np.cumsum([0, *map(len, TEXTS)]),
    )


def test_a_text_says_the_same_in_any_shard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Context(tmp_path, Console(quiet=True))
    lower = LowerLayers(encoder(), 1, tmp_path)
    whole = lower.activations(_ids(), "whole", run)
    expected, lengths = whole.padded(np.arange(len(TEXTS)), whole.starts)
    assert lengths.tolist() == [len(text) for text in TEXTS]
    assert expected.shape == (len(TEXTS), 4, WIDTH)
    monkeypatch.setattr(activations, "SHARD", 3)
    cut = lower.activations(_ids(), "cut", run)
    assert [len(shard) for shard in cut.shards] == [6, 7, 3]
    backwards = np.arange(len(TEXTS))[::-1]
    found, _ = cut.padded(backwards, cut.starts)
    np.testing.assert_allclose(found[::-1], expected, atol=0.05)


def test_they_are_not_all_held_in_memory_and_are_computed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Context(tmp_path, Console(quiet=True))
    first = LowerLayers(encoder(), 1, tmp_path).activations(_ids(), "first", run)
    assert all(isinstance(shard, np.memmap) for shard in first.shards)
    again = LowerLayers(encoder(), 1, tmp_path)
    monkeypatch.setattr(again, "_computed", None)
    second = again.activations(_ids(), "second", run)
    np.testing.assert_array_equal(second.shards[0], first.shards[0])
