"""The registered model in MLflow: which version the alias names, and its artefact on this disk.

A version carries two tags: `badbuzz.digest`, which proves a download, and `badbuzz.change`, the
number of the alias' move to it. The tags are written first and the alias moves last, so one
look-up gives a version together with the number of its move.
"""

import json
import os
import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

from sentiment import artefact
from sentiment.download import download
from sentiment.errors import AbsentError, ArtefactError
from sentiment.mlflow_api import mlflow_client, mlflow_errors
from sentiment.settings import Settings
from sentiment.userinfo import without_userinfo

DIGEST_TAG = "badbuzz.digest"
CHANGE_TAG = "badbuzz.change"
_KEPT = 3
_LAST_GOOD = "last-good.json"
_NUMBER = re.compile(r"[0-9]{1,18}")
_DIGEST = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, order=True)
class Pointer:
    """Where the alias points. Moves are ordered by `change`; 0: moved by hand, unnumbered."""

    change: int
    version: str
    digest: str = ""


class Registry:
    """One registered model, and the copies of its versions in `models_dir`. Blocking.

    Args:
        settings: names the server, the model, the alias and the folder.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.name = settings.model_name
        self.alias = settings.model_alias
        self._folder = settings.models_dir / settings.model_name
        self._client: Any = None
        self._stopped = Event()

    def pointer(self) -> Pointer:
        """Where the alias points now.

        Raises:
            RegistryError: the server does not answer.
            AbsentError: it lacks the model or the alias.
        """
        try:
            with mlflow_errors(self._settings):
                version = self._connected().get_model_version_by_alias(self.name, self.alias)
        except AbsentError as error:
            raise AbsentError(
                f"expected a registered model {self.name} with the alias {self.alias} at "
                f"{without_userinfo(self._settings.mlflow_tracking_uri)}, got none; "
                "run `badbuzz train`."
            ) from error
        return pointer_of(version)

    def fetch(self, pointer: Pointer) -> Path:
        """The folder of a version's artefact; it is downloaded unless it is here already.

        Raises:
            RegistryError: the server does not answer, or the disk is full.
            ArtefactError: what came is not an artefact, or not the one that the tag names.
        """
        _require_plain(pointer)
        folder = self._folder / f"{pointer.version}-{pointer.digest or 'untagged'}"
        if folder.is_dir():
            try:
                _verify(folder, pointer)
            except ArtefactError:
                _remove(folder)
            else:
                return folder
        self._folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=self._folder, prefix=".download-") as temporary:
            found = self._download(pointer, Path(temporary))
            _verify(found, pointer)
            try:
                found.rename(folder)
            except OSError:
                if not folder.is_dir():  # else another process of this machine was faster
                    raise
        return folder

    def keep(self, pointer: Pointer) -> None:
        """Remember a version as the last good one, and forget all but the newest few."""
        text = json.dumps(asdict(pointer))
        temporary = self._folder / f".{_LAST_GOOD}.{os.getpid()}"
        temporary.write_text(text, "utf-8")
        temporary.replace(self._folder / _LAST_GOOD)
        copies = [path for path in self._folder.iterdir() if _is_copy(path)]
        copies.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for old in copies[_KEPT:]:
            if not old.name.startswith(f"{pointer.version}-"):
                _remove(old)

    def last_good(self) -> Pointer | None:
        """The version that ran last on this machine; None if there is none."""
        try:
            pointer = Pointer(**json.loads((self._folder / _LAST_GOOD).read_text("utf-8")))
            _require_plain(pointer)
        except (OSError, ValueError, TypeError, ArtefactError):
            return None
        return pointer

    def stop(self) -> None:
        """End a download that another thread waits for."""
        self._stopped.set()

    def _download(self, pointer: Pointer, into: Path) -> Path:
        with mlflow_errors(self._settings):
            client = self._connected()
            # MLflow would look up a `models:/` address at the server of its own global settings.
            source = client.get_model_version_download_uri(self.name, pointer.version)
        download(self._settings, source, into, self._stopped)
        cards = list(into.rglob(artefact.CARD))
        if len(cards) != 1:
            raise ArtefactError(
                f"expected {', '.join(artefact.FILES)} in version {pointer.version} of "
                f"{self.name}, got {'several' if cards else 'none'} of them; register versions "
                "with `badbuzz train`."
            )
        return cards[0].parent

    def _connected(self) -> Any:
        if self._client is None:
            self._client = mlflow_client(self._settings)
        return self._client


def pointer_of(version: Any) -> Pointer:
    """Where a version of MLflow's stands. What its tags say is checked when it is fetched."""
    change = version.tags.get(CHANGE_TAG, "")
    return Pointer(
        int(change) if _NUMBER.fullmatch(change) else 0,
        str(version.version),
        version.tags.get(DIGEST_TAG, ""),
    )


def require_runnable(pointer: Pointer) -> None:
    """Refuse to run a version that nothing proves to be the one that was registered.

    Raises:
        ArtefactError: it has no digest.
    """
    _require_plain(pointer)
    if not pointer.digest:
        raise ArtefactError(
            f"version {pointer.version} has no tag {DIGEST_TAG}, so that nobody can tell whether "
            "a copy of it is whole; register it with `badbuzz train`."
        )


def _require_plain(pointer: Pointer) -> None:
    """A version and its digest name a folder: they are words, and lead nowhere else."""
    if not (isinstance(pointer.version, str) and _NUMBER.fullmatch(pointer.version)):
        raise ArtefactError(f"expected the number of a version, got {pointer.version!r}.")
    if pointer.digest and not (
        isinstance(pointer.digest, str) and _DIGEST.fullmatch(pointer.digest)
    ):
        raise ArtefactError(
            f"expected 16 hexadecimal digits in the tag {DIGEST_TAG} of version "
            f"{pointer.version}, got {pointer.digest!r}; register it again."
        )


def _is_copy(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not path.name.startswith(".")


def _remove(copy: Path) -> None:
    """Remove a copy of a version, a link's own entry and not what it names."""
    if copy.is_symlink():
        copy.unlink(missing_ok=True)
    else:
        shutil.rmtree(copy, ignore_errors=True)


def _verify(folder: Path, pointer: Pointer) -> None:
    artefact.require_whole(folder)
    found = artefact.digest(folder)
    if pointer.digest and found != pointer.digest:
        raise ArtefactError(
            f"expected digest {pointer.digest} for version {pointer.version}, got {found} in "
            f"{folder}; the artefact was changed after it was registered: register it again."
        )
