"""One call of the graph for a batch, against one for each length of text in it.

Each is timed alone and beside a thread that computes in Python all the while, as the worker's
other threads do: a call gives the interpreter's lock away and has to wait for it afterwards.
Run `python -m bench.grouping`.
"""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from bench.artefacts import make_artefact
from bench.settings import BenchSettings
from bench.texts import load_messages
from sentiment.ragged import Ragged
from sentiment.scorer import Scorer

_ROUNDS = 21
_SIZES = (150, 600, 2_000)


def main(settings: BenchSettings) -> None:
    """Print the median milliseconds of each size, side and surroundings as JSON."""
    texts = load_messages(settings.sentiment140_csv).texts
    folder, what = make_artefact(settings, texts, settings.cache / "artefact")
    scorer = Scorer(folder, threads=1)
    rows = []
    for size in _SIZES:
        encoded = scorer.tokenizer.encode(texts[:size])
        groups = _by_length(encoded)
        for busy in (False, True):
            with _busy_thread(busy):
                one, each = _in_turns(scorer, encoded, groups)
            rows.append({"texts": size, "beside_busy_thread": busy, "one_call_ms": one,
                         "call_a_length_ms": each, "times": each / one})  # fmt: skip
    json.dump({"artefact": what, "rows": rows}, sys.stdout, indent=1)


def _by_length(encoded: Ragged) -> list[Ragged]:
    lengths = encoded.lengths
    return [_some(encoded, np.flatnonzero(lengths == length)) for length in np.unique(lengths)]


def _some(encoded: Ragged, rows: NDArray[np.intp]) -> Ragged:
    ids = [encoded.ids[encoded.offsets[row] : encoded.offsets[row + 1]] for row in rows]
    return Ragged(np.concatenate(ids), np.cumsum([0, *map(len, ids)]))


def _in_turns(scorer: Scorer, encoded: Ragged, groups: list[Ragged]) -> list[float]:
    sides: list[Callable[[], object]] = [
        lambda: scorer.run(encoded),
        lambda: [scorer.run(group) for group in groups],
    ]
    seconds = [[_timed(side) for side in sides] for _ in range(_ROUNDS)]
    return [float(value) for value in np.median(seconds, axis=0) * 1000]


def _timed(side: Callable[[], object]) -> float:
    started = time.perf_counter()
    side()
    return time.perf_counter() - started


@contextmanager
def _busy_thread(wanted: bool) -> Iterator[None]:
    stopped = threading.Event()

    def work() -> None:
        while not stopped.is_set():
            sum(range(100))

    thread = threading.Thread(target=work)
    if wanted:
        thread.start()
    yield
    stopped.set()
    if wanted:
        thread.join()


if __name__ == "__main__":
    main(BenchSettings())
