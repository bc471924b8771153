"""What the lower layers say of texts, computed once and kept on the disk.

The layers below those that are tuned never change: their numbers are computed in 8 bits, as the
artefact will, a shard of texts at a time, and a run that was interrupted goes on behind the last
shard.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.ragged import Ragged
from trainer.context import Context
from trainer.encoders.encoder_graph import write_lower_graph
from trainer.encoders.pretrained import Pretrained
from trainer.graphs.quantise import quantise

SHARD = 4_096
"""Texts whose numbers stand in one file."""

_IDS_PER_CALL = 1_024

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Activations:
    """Hidden numbers of n texts.

    Attributes:
        shards: float16 [tokens, width], text after text, of `SHARD` texts each; they may lie in
            files that are mapped into memory.
        lengths: int64 [n], tokens of each text.
    """

    shards: Sequence[NDArray[np.float16]]
    lengths: Rows

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def starts(self) -> Rows:
        """int64 [n]: the first token of each text, in its shard."""
        ends = np.cumsum(self.lengths)
        found: Rows = ends - self.lengths
        firsts = found[::SHARD]
        return found - np.repeat(firsts, SHARD)[: len(found)]

    def padded(self, rows: Rows, starts: Rows) -> tuple[NDArray[np.float16], NDArray[np.int32]]:
        """Some texts as [rows, longest, width], with their lengths."""
        lengths = self.lengths[rows]
        width = self.shards[0].shape[1]
        block = np.zeros((len(rows), int(lengths.max()), width), np.float16)
        for place, row in enumerate(rows):
            own = self.shards[row // SHARD][starts[row] : starts[row] + lengths[place]]
            block[place, : lengths[place]] = own
        return block, lengths.astype(np.int32)


class LowerLayers:
    """The embeddings and first layers of an encoder, in 8 bits.

    Args:
        encoder: pretrained.
        layers: number of layers.
        folder: where graph and activations are kept.
    """

    def __init__(self, encoder: Pretrained, layers: int, folder: Path) -> None:
        import onnxruntime as ort  # noqa: PLC0415

        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        graph = folder / f"lower-{layers}.onnx"
        if not graph.is_file():
            half = graph.with_suffix(".part")
            write_lower_graph(half, encoder, layers)
            quantise(half)
            half.replace(graph)
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        # The fused kernel is slower than the two that it takes the place of.
        self._session = ort.InferenceSession(
            graph,
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=["SkipLayerNormFusion"],
        )

    def activations(self, ids: Ragged, title: str, run: Context) -> Activations:
        """Compute or load those of all texts."""
        shards = []
        with run.bar(title, len(ids)) as bar:
            for first in range(0, len(ids), SHARD):
                rows = np.arange(first, min(first + SHARD, len(ids)))
                shards.append(self._shard(ids, rows))
                bar.advance(len(rows))
        return Activations(shards, ids.lengths)

    def _shard(self, ids: Ragged, rows: Rows) -> NDArray[np.float16]:
        edges = ids.offsets[rows[0]], ids.offsets[rows[-1] + 1]
        own = ids.ids[edges[0] : edges[1]]
        digest = hashlib.sha256(own.tobytes() + ids.lengths[rows].tobytes()).hexdigest()[:16]
        kept = self._folder / f"hidden-{digest}.npy"
        if not kept.is_file():
            half = kept.with_suffix(".part.npy")
            np.save(half, self._computed(ids, rows))
            half.replace(kept)
        # Those of all texts take gigabytes: the system keeps in memory what there is room for.
        found: NDArray[np.float16] = np.load(kept, mmap_mode="r")
        return found

    def _computed(self, ids: Ragged, rows: Rows) -> NDArray[np.float16]:
        first = ids.offsets[rows[0]]
        total = int(ids.offsets[rows[-1] + 1] - first)
        result: NDArray[np.float16] | None = None
        for some in _of_like_lengths(ids.lengths, rows):
            lengths = ids.lengths[some]
            block = np.zeros((len(some), int(lengths.max())), np.int32)
            for place, row in enumerate(some):
                start = ids.offsets[row]
                block[place, : lengths[place]] = ids.ids[start : start + lengths[place]]
            hidden = self._call(block, lengths)
            if result is None:
                result = np.empty((total, hidden.shape[2]), np.float16)
            for place, row in enumerate(some):
                start = ids.offsets[row] - first
                result[start : start + lengths[place]] = hidden[place, : lengths[place]]
        return result if result is not None else np.empty((0, 0), np.float16)

    def _call(self, block: NDArray[np.int32], lengths: Rows) -> NDArray[np.float16]:
        feed: dict[str, Any] = {"ids": block, "lengths": lengths.astype(np.int32)}
        found: NDArray[np.float16] = self._session.run(None, feed)[0]
        return found


def _of_like_lengths(lengths: Rows, rows: Sequence[int] | Rows) -> Iterator[Rows]:
    """Batches of about as many tokens each, texts of like lengths together."""
    order = np.asarray(rows)[np.argsort(lengths[rows], kind="stable")]
    bins = (np.cumsum(lengths[order]) - 1) // _IDS_PER_CALL
    edges = np.flatnonzero(np.diff(bins)) + 1
    yield from np.split(order, edges)
