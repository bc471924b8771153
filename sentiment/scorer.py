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
from sentiment.errors import ArtefactError
from sentiment.golden import check_golden
from sentiment.labels import labels
from sentiment.messages import Label
from sentiment.scores import UNSUPPORTED, Answer, Probabilities, Scores
from sentiment.support import Asked, select
from sentiment.tokenizer import Ragged, load_tokenizer

_Feed = dict[str, NDArray[Any]]

_KNOWN, _LANGUAGE = "p_known", "language"
_IDS_PER_CALL = 16_384
"""Ids in one call of the graph at most: small enough for the cache."""
_IDS_WORTH_A_CALL = 1_024
"""Fewer are not worth another thread."""
_IDS_PER_PADDED_CALL = 512
"""A transformer holds thousands of numbers for each id: with more ids at once they leave the
cache, and a text takes up to four times as long."""


@dataclass(frozen=True)
class ModelVersion:
    """The model version; it is written into every result."""

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
        self._outputs = _outputs(self._session, self.card, folder)
        self._width = (3 if self.card.three else 1) + len(self._outputs) - 1
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, "score") if threads > 1 else None

    def score(self, texts: Sequence[str]) -> Scores:
        """Probabilities of each text, whatever its language."""
        return self.run(self.tokenizer.encode(texts))

    def run(self, encoded: Ragged) -> Scores:
        """Probabilities of texts that `tokenizer.encode` has read."""
        columns = np.empty((self._width, len(encoded)), np.float32)
        if len(encoded):
            calls = list(_LAYOUTS[self.card.layout](encoded, self._threads))
            several = self._pool if len(calls) > 1 else None
            feeds = (feed for _, feed in calls)
            found = several.map(self._call, feeds) if several else map(self._call, feeds)
            for (rows, _), part in zip(calls, found, strict=True):
                columns[:, rows] = part
        return self._scores(columns)

    def labels(self, scores: Scores, least: Probabilities | None = None) -> list[Label]:
        """The label of each text, by the card.

        Args:
            scores: of n texts.
            least: below this p_known a text is unsupported, [n]; by default the card's threshold.
        """
        return labels(self.card, scores, least)

    def answer(
        self, texts: Sequence[str], langs: Sequence[str | None] | None = None
    ) -> list[Answer]:
        """Labels and probabilities of texts.

        Args:
            texts: n of them.
            langs: what is said of the language of each, [n]; None: nothing is said of any.
        """
        asked = select(self.card, texts, [None] * len(texts) if langs is None else langs)
        return self.answers(asked, self.score([texts[row] for row in asked.rows]))

    def answers(self, asked: Asked, scores: Scores) -> list[Answer]:
        """Labels and probabilities of all texts, from the scores of those that were asked."""
        found = scores.answers(self.labels(scores, asked.least), self.card.languages)
        if len(found) == asked.total:
            return found
        answers = [UNSUPPORTED] * asked.total
        for row, answer in zip(asked.rows, found, strict=True):
            answers[row] = answer
        return answers

    def check_golden(self) -> None:
        """Score the card's golden set.

        Raises:
            GoldenSetError: a text gets another label, or a probability beyond the tolerance.
        """
        golden = self.card.golden
        if golden:
            scores = self.score([one.text for one in golden])
            model = f"{self.model.name} version {self.model.version}"
            check_golden(golden, scores, self.labels(scores), self.card.tolerance, model)

    def close(self) -> None:
        """Stop the threads."""
        if self._pool:
            self._pool.shutdown()

    def _call(self, feed: _Feed) -> Probabilities:
        """The outputs of some texts, a row for each column of the scores."""
        found = self._session.run(self._outputs, feed)
        count = len(found[0])
        rows: Probabilities = np.concatenate([one.reshape(count, -1).T for one in found])
        return rows

    def _scores(self, columns: Probabilities) -> Scores:
        more = dict(zip(reversed(self._outputs[1:]), columns[::-1], strict=False))
        known, language = more.get(_KNOWN), more.get(_LANGUAGE)
        if not self.card.three:
            return Scores(columns[0], p_known=known, language=language)
        return Scores(columns[0], columns[1], columns[2], known, language)


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
            f"{', '.join(sorted(found))}; export the version again."
        )


def _outputs(session: Any, card: Card, folder: Path) -> list[str]:
    """Names of the outputs that are asked for: the classes first."""
    found = {given.name for given in session.get_outputs()}
    wanted = "probabilities" if card.three else "p_negative"
    needed = {wanted, _KNOWN} if card.known_threshold else {wanted}
    if not needed <= found:
        raise ArtefactError(
            f"expected a graph with the outputs {', '.join(sorted(needed))} in "
            f"{folder / artefact.GRAPH}, as its card says, got {', '.join(sorted(found))}; "
            "export the version again."
        )
    return [wanted, *(name for name in (_KNOWN, _LANGUAGE) if name in found)]


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
