"""Loads a version and scores its golden set, apart: `python -m sentiment.version_check`."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event

from sentiment.apart import answer, run_apart
from sentiment.artefact import size
from sentiment.errors import ArtefactError, TooSlowError
from sentiment.scorer import ModelVersion, Scorer

_MEMORY_BYTES = 4 << 30
"""Of address space, for Python and ONNX Runtime; beside it a version may take ..."""
_TIMES_ITS_SIZE = 8


def check_version(
    folder: Path, model: ModelVersion, seconds: float, stopped: Event | None = None
) -> None:
    """Load a version and score its golden set in a process that can be ended.

    Raises:
        ArtefactError: it is damaged, has no golden set, dies, or takes too long or too much memory.
        GoldenSetError: it answers something else than when it was made.
    """
    facts = (str(folder), model.name, model.version, model.digest)
    try:
        run_apart("sentiment.version_check", facts, seconds, stopped=stopped)
    except TooSlowError:
        raise TooSlowError(
            f"version {model.version} was not loaded and checked within {seconds:g} s; raise "
            "BADBUZZ_MODEL_CHECK_SECONDS, or promote another."
        ) from None


def _check(arguments: Sequence[str]) -> None:
    folder, name, version, digest = arguments
    _limit_memory(_MEMORY_BYTES + _TIMES_ITS_SIZE * size(Path(folder)))
    scorer = Scorer(Path(folder), ModelVersion(name, version, digest), threads=1)
    if not scorer.card.golden:
        raise ArtefactError(
            f"version {version} has no golden set, so that nobody can tell whether a copy of it "
            "works; train and register it again."
        )
    scorer.check_golden()


def _limit_memory(most: int) -> None:
    with suppress(ImportError, ValueError, OSError):  # other systems have no such limit
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    answer(_check)
