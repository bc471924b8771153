"""The Scorer against the same graph over texts padded to 40 tokens, with the same threads."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import onnxruntime as ort
from rich.console import Console

from bench.backlog import BATCH, Bench
from sentiment import artefact
from sentiment.scorer import Scorer
from sentiment.tokenizer import Ragged

PADDED_TO = 40


def scorer(bench: Bench, console: Console) -> dict[str, Any]:
    """Microseconds of wall clock for each text, by round and side.

    `padded` is one session with all threads inside one call, as a plain use of ONNX Runtime has
    it; `padded_split` cuts the batch and gives each thread a call, as the Scorer does.
    """
    settings = bench.settings
    ours = Scorer(bench.artefact, threads=settings.threads)
    if ours.card.layout != "grouped":
        return {"left_out": f"layout {ours.card.layout}: such a graph pads nothing"}
    texts = bench.messages.texts[: settings.messages]
    batches = [texts[i : i + BATCH] for i in range(0, len(texts), BATCH)]
    encoded = [ours.tokenizer.encode(batch) for batch in batches]
    sides: dict[str, Callable[[Ragged], Any]] = {
        "scorer": ours.run,
        "padded": _padded(bench, settings.threads),
        "padded_split": _padded_split(bench, settings.threads),
    }
    rounds = []
    for number in range(settings.rounds + 1):
        figures = {"tokenise": _micro(ours.tokenizer.encode, batches, len(texts))}
        figures |= {name: _micro(run, encoded, len(texts)) for name, run in sides.items()}
        if number:  # the first warms up
            rounds.append(figures)
            console.print(f"round {number}, us a text: {figures}")
    return {"rounds": rounds, "mean_tokens": _mean_length(encoded), "padded_to": PADDED_TO}


def _micro(run: Callable[[Any], Any], batches: list[Any], texts: int) -> float:
    started = time.perf_counter()
    for batch in batches:
        run(batch)
    return (time.perf_counter() - started) / texts * 1e6


def _mean_length(encoded: list[Ragged]) -> float:
    return float(np.mean(np.concatenate([ragged.lengths for ragged in encoded])))


def _session(bench: Bench, threads: int) -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    return ort.InferenceSession(
        bench.artefact / artefact.GRAPH, options, providers=["CPUExecutionProvider"]
    )


def _padded(bench: Bench, threads: int) -> Callable[[Ragged], Any]:
    session = _session(bench, threads)
    return lambda encoded: session.run(None, _one_group(pad(encoded)))


def _padded_split(bench: Bench, threads: int) -> Callable[[Ragged], Any]:
    session = _session(bench, 1)
    pool = ThreadPoolExecutor(threads)

    def run(encoded: Ragged) -> Any:
        parts = np.array_split(pad(encoded), threads)
        return list(pool.map(lambda ids: session.run(None, _one_group(ids)), parts))

    return run


def _one_group(ids: np.ndarray[Any, np.dtype[np.int32]]) -> dict[str, Any]:
    rows, length = ids.shape
    return {"ids": ids.reshape(-1), "rows": np.array([rows]), "lengths": np.array([length])}


def pad(encoded: Ragged) -> np.ndarray[Any, np.dtype[np.int32]]:
    """ids [n, 40]: shorter texts end with id 0, longer ones are cut."""
    lengths = np.minimum(encoded.lengths, PADDED_TO)
    places = np.arange(PADDED_TO) < lengths[:, None]
    sources = encoded.offsets[:-1, None] + np.arange(PADDED_TO)
    ids = np.zeros(places.shape, np.int32)
    ids[places] = encoded.ids[sources[places]]
    return ids
