"""The families of models, one a file, each with the interface of `trainer.candidate`."""

from importlib.util import find_spec
from pathlib import Path

from sentiment.errors import DataError, TrainingError
from trainer.candidate import Candidate
from trainer.glove import find_glove
from trainer.settings import TrainerSettings
from trainer.source import unlabelled_tweets

NAMES = ("logistic", "lstm", "cnn", "distilbert", "student")
"""In the order of training: the student learns from the transformer before it."""

_NEEDS = {"lstm": "keras", "cnn": "keras", "distilbert": "keras_hub", "student": "keras_hub"}


def missing(name: str, settings: TrainerSettings) -> str | None:
    """Why a candidate cannot be trained here, or None.

    Raises:
        TrainingError: there is no candidate of this name.
    """
    if name not in NAMES:
        raise TrainingError(f"expected candidates among {', '.join(NAMES)}, got {name!r}.")
    module = _NEEDS.get(name)
    if module and find_spec(module) is None:
        return f"{name} needs the Python module {module}: `make install-keras` brings it"
    try:
        if name in ("lstm", "cnn", "student"):
            find_glove(settings.glove_dir)
        if name == "student":
            unlabelled_tweets(settings.unlabelled)
    except DataError as error:
        return f"{name}: {error}".rstrip(".")
    return None


def by_default(settings: TrainerSettings) -> dict[str, str | None]:
    """Each candidate, with why an unnamed training leaves it out, or None.

    The transformer is fetched from a hub only when it is asked for by name.
    """
    reasons = {name: missing(name, settings) for name in NAMES}
    if not reasons["distilbert"] and not (Path(settings.transformer) / "config.json").is_file():
        reasons["distilbert"] = (
            "distilbert: name a Hugging Face directory in BADBUZZ_TRANSFORMER, or ask for it by "
            f"name to fetch {settings.transformer}"
        )
    if reasons["distilbert"] and not reasons["student"]:
        reasons["student"] = "student: it learns from distilbert, which is left out"
    return reasons


def candidate(name: str, settings: TrainerSettings, int8: bool = False) -> Candidate:
    """A candidate with its default plan. The modules it needs are loaded here, not before."""
    from trainer.candidates.cnn import Cnn  # noqa: PLC0415
    from trainer.candidates.distilbert import DistilBert  # noqa: PLC0415
    from trainer.candidates.logistic import Logistic  # noqa: PLC0415
    from trainer.candidates.lstm import Lstm  # noqa: PLC0415
    from trainer.candidates.student import Student  # noqa: PLC0415
    from trainer.teacher import Teacher  # noqa: PLC0415

    if name == "distilbert":
        shown = "distilbert-int8" if int8 else name
        return DistilBert(settings.transformer, name=shown, int8=int8)
    if name == "student":
        return Student(settings.glove_dir, Teacher(settings), copies=settings.copies)
    if name == "logistic":
        return Logistic()
    return Lstm(settings.glove_dir) if name == "lstm" else Cnn(settings.glove_dir)
