"""Opens versions of the registered model by number, by alias, or straight from a folder."""

from pathlib import Path
from typing import Any

from sentiment import artefact
from sentiment.errors import RegistryError
from sentiment.registry import CHANGE_TAG, DIGEST_TAG, Pointer, Registry
from sentiment.scorer import ModelVersion, Scorer
from trainer.register import CANDIDATE_TAG, Versions
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
    found = Versions(settings).find(wanted or settings.model_alias)
    if found is None:
        raise RegistryError(
            f"expected a version, an alias of {settings.model_name} or an artefact's folder, got "
            f"{wanted or settings.model_alias!r}; `badbuzz train` makes versions."
        )
    return _opened(settings, found)


def newest_of(settings: TrainerSettings, candidate: str) -> Scorer | None:
    """A Scorer of the newest version of a family, whether in 8 bits or not, where there is one."""
    known = [
        found
        for found in Versions(settings).all()
        if found.tags.get(CANDIDATE_TAG, "").startswith(candidate)
    ]
    newest = max(known, key=lambda found: int(found.version), default=None)
    return None if newest is None else _opened(settings, newest)


def _opened(settings: TrainerSettings, found: Any) -> Scorer:
    change = found.tags.get(CHANGE_TAG, "")
    digest = found.tags.get(DIGEST_TAG, "")
    pointer = Pointer(int(change) if change.isdigit() else 0, str(found.version), digest)
    folder = _fetched(settings, pointer)
    model = ModelVersion(settings.model_name, pointer.version, digest or artefact.digest(folder))
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
