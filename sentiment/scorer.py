"""The one way from texts to probabilities, in training's parity check, stream and API alike."""

import itertools
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from sentiment import artefact
from sentiment.card import Card, Layout
from sentiment.errors import ArtefactError, GoldenSetError
from sentiment.messages import Label
from sentiment.tokenizer import Ragged, load_tokenizer

Probabilities = NDArray[np.float32]
_Feed = dict[str, NDArray[Any]]

_LABELS: tuple[Label, Label, Label] = ("positive", "uncertain", "negative")
_IDS_PER_CALL = 16_384
"""Ids in one call of the graph at most: small enough for the cache."""
_IDS_WORTH_A_CALL = 1_024
"""Fewer are not worth another thread."""
_IDS_PER_PADDED_CALL = 512
"""A transformer holds thousands of numbers for each id: with more ids at once they leave the
cache, and a text takes up to four times as long."""


@dataclass(frozen=True)
class ModelVersion:
    """Which version speaks: it stands in every result."""

    name: str
    version: str
    digest: str


class Scorer:
    """A model version, loaded. Thread-safe.

    Args:
        folder: the artefact.
        model: what to call it; by default the candidate's name, version `0`.
        threads: calls of the graph at the same time; each uses one core.

    Raises:
        ArtefactError: a file is missing, damaged, or does not fit the others.
    """

    def __init__(self, folder: Path, model: ModelVersion | None = None, threads: int = 2) -> None:
        self.card: Card = artefact.read_card(folder)
        self.model = model or ModelVersion(self.card.candidate, "0", artefact.digest(folder))
        self.tokenizer = load_tokenizer(folder / artefact.TOKENIZER)
        self._session = _open(folder / artefact.GRAPH)
        _require_inputs(self._session, self.card.layout, folder)
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, "score") if threads > 1 else None

    def score(self, texts: Sequence[str]) -> Probabilities:
        """p_negative of each text, float32 [n]."""
        return self.run(self.tokenizer.encode(texts))

    def run(self, encoded: Ragged) -> Probabilities:
        """p_negative of texts that `tokenizer.encode` has read, float32 [n]."""
        result = np.empty(len(encoded), np.float32)
        if not len(encoded):
            return result
        calls = list(_LAYOUTS[self.card.layout](encoded, self._threads))
        if self._pool and len(calls) > 1:
            for (rows, _), p_negative in zip(
                calls, self._pool.map(self._call, (feed for _, feed in calls)), strict=True
            ):
                result[rows] = p_negative
        else:
            for rows, feed in calls:
                result[rows] = self._call(feed)
        return result

    def label(self, p_negative: float) -> Label:
        """The label of a probability, by the card's band."""
        return self.card.label(p_negative)

    def labels(self, p_negative: Probabilities) -> list[Label]:
        """As `label`, for all at once."""
        low, high = self.card.band
        values = p_negative.astype(np.float64)
        return [_LABELS[i] for i in ((values >= low).astype(int) + (values > high)).tolist()]

    def check_golden(self) -> None:
        """Score the card's golden set.

        Raises:
            GoldenSetError: a text gets another label, or a probability beyond the tolerance.
        """
        golden = self.card.golden
        if not golden:
            return
        for expected, got in zip(golden, self.score([g.text for g in golden]), strict=True):
            apart = abs(float(got) - expected.p_negative)
            label = self.label(float(got))
            if apart > self.card.tolerance or not np.isfinite(got) or label != expected.label:
                raise GoldenSetError(
                    f"{self.model.name} version {self.model.version} does not reproduce its golden "
                    f"set: expected p_negative {expected.p_negative:.4f} ({expected.label}) within "
                    f"{self.card.tolerance}, got {float(got):.4f} ({label}); "
                    "train and register the version anew."
                )

    def close(self) -> None:
        """Stop the threads."""
        if self._pool:
            self._pool.shutdown()

    def _call(self, feed: _Feed) -> Probabilities:
        p_negative: Probabilities = self._session.run(None, feed)[0]
        return p_negative.reshape(-1)


def _open(path: Path) -> Any:
    options = ort.SessionOptions()
    # One call uses one core and several calls run at once: no core waits for another inside a
    # recurrent step, and none spins while there is nothing to do.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ArtefactError(f"expected an ONNX graph in {path}, got: {error}") from error


def _require_inputs(session: Any, layout: Layout, folder: Path) -> None:
    found = {taken.name for taken in session.get_inputs()}
    if found != _INPUTS[layout]:
        raise ArtefactError(
            f"expected a graph with the inputs {', '.join(sorted(_INPUTS[layout]))} in "
            f"{folder / artefact.GRAPH}, as its card says {layout}, got "
            f"{', '.join(sorted(found))}; export the version anew."
        )


def _ragged_calls(encoded: Ragged, threads: int) -> Iterator[tuple[NDArray[np.int64], _Feed]]:
    for first, last in _chunks(encoded.lengths, _ids_per_call(encoded, threads)):
        offsets = encoded.offsets[first : last + 1]
        ids = encoded.ids[offsets[0] : offsets[-1]]
        yield np.arange(first, last), {"ids": ids, "offsets": offsets - offsets[0]}


def _grouped_calls(encoded: Ragged, threads: int) -> Iterator[tuple[NDArray[np.int64], _Feed]]:
    order = np.argsort(encoded.lengths, kind="stable")
    lengths = encoded.lengths[order]
    for first, last in _chunks(lengths, _ids_per_call(encoded, threads)):
        rows, here = order[first:last], lengths[first:last]
        sizes, counts = np.unique(here, return_counts=True)
        ids = encoded.ids[_places(encoded.offsets[rows], here)]
        yield rows, {"ids": ids, "rows": counts, "lengths": sizes}


def _padded_calls(encoded: Ragged, _threads: int) -> Iterator[tuple[NDArray[np.int64], _Feed]]:
    order = np.argsort(encoded.lengths, kind="stable")
    lengths = encoded.lengths[order]
    for first, last in _chunks(lengths, _IDS_PER_PADDED_CALL):
        rows, longest = order[first:last], int(lengths[last - 1])
        here = lengths[first:last]
        places = np.arange(longest) < here[:, None]
        ids = np.zeros((len(rows), longest), np.int32)
        ids[places] = encoded.ids[_places(encoded.offsets[rows], here)]
        yield rows, {"ids": ids, "lengths": here.astype(np.int32)}


def _places(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where the ids of some texts stand, text after text."""
    before = np.cumsum(lengths) - lengths
    places: NDArray[np.int64] = np.repeat(starts - before, lengths)
    return places + np.arange(len(places))


def _ids_per_call(encoded: Ragged, threads: int) -> int:
    """An equal share for each thread, in one round or in several."""
    total = len(encoded.ids)
    rounds = -(-total // (threads * _IDS_PER_CALL))
    return max(-(-total // (threads * max(rounds, 1))), _IDS_WORTH_A_CALL)


def _chunks(lengths: NDArray[np.int64], most: int) -> Iterator[tuple[int, int]]:
    """Neighbouring texts, about `most` ids at a time, at least one text."""
    if not len(lengths):
        return
    bins = (np.cumsum(np.maximum(lengths, 1)) - 1) // most
    edges = [0, *(np.flatnonzero(np.diff(bins)) + 1).tolist(), len(lengths)]
    yield from itertools.pairwise(edges)


_INPUTS: dict[Layout, set[str]] = {
    "ragged": {"ids", "offsets"},
    "grouped": {"ids", "rows", "lengths"},
    "padded": {"ids", "lengths"},
}
_LAYOUTS = {"ragged": _ragged_calls, "grouped": _grouped_calls, "padded": _padded_calls}
