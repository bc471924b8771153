"""Opens versions of the registered model by number, by alias, or straight from a folder."""

from pathlib import Path
from typing import Any

from sentiment import artefact
from sentiment.errors import RegistryError
from sentiment.registry import Pointer, Registry, pointer_of
from sentiment.scorer import ModelVersion, Scorer
from trainer.registry.register import CANDIDATE_TAG, Versions
from trainer.settings import TrainerSettings


def open_version(settings: TrainerSettings, wanted: str = "") -> Scorer:
    """A Scorer of a version: a number, an alias, a folder, or by default the champion.

    Raises:
        RegistryError: MLflow does not answer or lacks it, or its copy cannot be written here.
        ArtefactError: what came is damaged.
    """
    folder = Path(wanted)
    if wanted and (folder / artefact.CARD).is_file():
        return Scorer(folder, threads=settings.scorer_threads)
    return _opened(settings, _found(settings, wanted or settings.model_alias))


def folder_of(settings: TrainerSettings, wanted: str) -> Path:
    """The artefact of a version: a number, an alias or a folder, which must stay as it is.

    Raises:
        RegistryError: MLflow does not answer or lacks it, or its copy cannot be written here.
    """
    if (Path(wanted) / artefact.CARD).is_file():
        return Path(wanted)
    return _fetched(settings, pointer_of(_found(settings, wanted)))


def newest_of(settings: TrainerSettings, candidate: str) -> Scorer | None:
    """A Scorer of a family's newest version, 8-bit or not; None if there is none."""
    known = [
        found
        for found in Versions(settings).all()
        if found.tags.get(CANDIDATE_TAG, "").startswith(candidate)
    ]
    newest = max(known, key=lambda found: int(found.version), default=None)
    return None if newest is None else _opened(settings, newest)


def _found(settings: TrainerSettings, wanted: str) -> Any:
    found = Versions(settings).find(wanted)
    if found is None:
        raise RegistryError(
            f"expected a version, an alias of {settings.model_name} or an artefact's folder, got "
            f"{wanted!r}; `badbuzz train` makes versions."
        )
    return found


def _opened(settings: TrainerSettings, found: Any) -> Scorer:
    pointer = pointer_of(found)
    folder = _fetched(settings, pointer)
    digest = pointer.digest or artefact.digest(folder)
    model = ModelVersion(settings.model_name, pointer.version, digest)
    return Scorer(folder, model, settings.scorer_threads)


def _fetched(settings: TrainerSettings, pointer: Pointer) -> Path:
    try:
        return Registry(settings).fetch(pointer)
    except OSError as error:
        raise RegistryError(
            f"version {pointer.version} of {settings.model_name} is copied to a folder in "
            f"{settings.models_dir}, which cannot be written ({error}). Make it writable for this "
            "user, or set BADBUZZ_MODELS_DIR to another folder."
        ) from error
