"""The limit: the Scorer alone over the messages' texts in memory, in batches as the worker's.

Two forms: one batch after the other, and with the next batch tokenised while this one is in
inference, as the worker does. No Kafka, no parsing, no results: nothing can be faster with it.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.texts import load_messages
from sentiment.scorer import Scorer

Batches = list[list[str]]


def main(artefact: Path, csv: Path, count: int, batch: int, threads: int) -> None:
    """Print rate and CPU of both forms as JSON."""
    scorer = Scorer(artefact, threads=threads)
    texts = load_messages(csv).texts
    texts = (texts * (count // len(texts) + 1))[:count]
    batches = [texts[first : first + batch] for first in range(0, count, batch)]
    _in_turn(scorer, batches[:3])
    figures = {
        name: _timed(form, scorer, batches, count)
        for name, form in (("in_turn", _in_turn), ("overlapping", _overlapping))
    }
    json.dump(figures, sys.stdout)


def _timed(
    form: Callable[[Scorer, Batches], None], scorer: Scorer, batches: Batches, count: int
) -> dict[str, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    form(scorer, batches)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"rate": count / wall, "cpu": cpu / count * 1e6}


def _in_turn(scorer: Scorer, batches: Batches) -> None:
    for texts in batches:
        scorer.score(texts)


def _overlapping(scorer: Scorer, batches: Batches) -> None:
    with ThreadPoolExecutor(1) as ahead:
        for encoded in _two_ahead(scorer, batches, ahead):
            scorer.run(encoded.result())


def _two_ahead(scorer: Scorer, batches: Batches, pool: ThreadPoolExecutor) -> Iterator:  # type: ignore[type-arg]
    waiting = []
    for texts in batches:
        waiting.append(pool.submit(scorer.tokenizer.encode, texts))
        if len(waiting) > 2:
            yield waiting.pop(0)
    yield from waiting


if __name__ == "__main__":
    _artefact, _csv, *_sizes = sys.argv[1:]
    main(Path(_artefact), Path(_csv), *map(int, _sizes))
