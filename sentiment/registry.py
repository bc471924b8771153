"""The registered model in MLflow: which version the alias names, and its artefact on this disk.

A version carries two tags: `badbuzz.digest`, which proves a download, and `badbuzz.change`, the
number of the alias' move to it. The tags are written first and the alias moves last, so one
look-up gives a version together with the number of its move.
"""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sentiment import artefact
from sentiment.errors import AbsentError, ArtefactError, RegistryError
from sentiment.settings import Settings
from sentiment.userinfo import without_userinfo

DIGEST_TAG = "badbuzz.digest"
CHANGE_TAG = "badbuzz.change"
_KEPT = 3
_LAST_GOOD = "last-good.json"


@dataclass(frozen=True, order=True)
class Pointer:
    """Where the alias points. Moves are ordered by `change`; 0: moved by hand, unnumbered."""

    change: int
    version: str
    digest: str = ""


def mlflow_client(settings: Settings) -> Any:
    """A client of the registry that gives up in seconds: its callers retry in their own time."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    from mlflow.tracking import MlflowClient  # noqa: PLC0415 - takes seconds, reads the environment

    return MlflowClient(settings.mlflow_tracking_uri, settings.mlflow_tracking_uri)


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
        self._shown_uri = without_userinfo(settings.mlflow_tracking_uri)
        self._client: Any = None

    def pointer(self) -> Pointer:
        """Where the alias points now.

        Raises:
            RegistryError: the server does not answer.
            AbsentError: it lacks the model or the alias.
        """
        version = self._ask("get_model_version_by_alias", self.name, self.alias)
        tags = version.tags
        change = tags.get(CHANGE_TAG, "")
        return Pointer(
            int(change) if change.isdigit() else 0, str(version.version), tags.get(DIGEST_TAG, "")
        )

    def fetch(self, pointer: Pointer) -> Path:
        """The folder of a version's artefact; it is downloaded unless it is here already.

        Raises:
            RegistryError: the server does not answer.
            ArtefactError: what came is not an artefact, or not the one that the tag names.
        """
        folder = self._folder / f"{pointer.version}-{pointer.digest or 'untagged'}"
        if folder.is_dir():
            try:
                _verify(folder, pointer)
            except ArtefactError:
                shutil.rmtree(folder, ignore_errors=True)
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
        copies = [path for path in self._folder.iterdir() if path.is_dir() and path.name[0] != "."]
        copies.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for old in copies[_KEPT:]:
            if not old.name.startswith(f"{pointer.version}-"):
                shutil.rmtree(old, ignore_errors=True)

    def last_good(self) -> Pointer | None:
        """The version that ran last on this machine, where there is one."""
        try:
            return Pointer(**json.loads((self._folder / _LAST_GOOD).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _download(self, pointer: Pointer, into: Path) -> Path:
        from mlflow.artifacts import download_artifacts  # noqa: PLC0415 - takes seconds

        # A `models:/` address would be looked up at the server that MLflow's own globals name.
        source = self._ask("get_model_version_download_uri", self.name, pointer.version)
        try:
            download_artifacts(
                artifact_uri=source,
                dst_path=str(into),
                tracking_uri=self._settings.mlflow_tracking_uri,
            )
        except Exception as error:
            raise self._unreachable(error) from error
        for card in into.rglob(artefact.CARD):
            return card.parent
        raise ArtefactError(
            f"expected {', '.join(artefact.FILES)} in version {pointer.version} of {self.name}, "
            f"got none of them; register versions with `badbuzz train`."
        )

    def _ask(self, call: str, *arguments: str) -> Any:
        try:
            if self._client is None:
                self._client = mlflow_client(self._settings)
            return getattr(self._client, call)(*arguments)
        except Exception as error:
            code = getattr(error, "error_code", "")
            if code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                raise AbsentError(
                    f"expected a registered model {self.name} with the alias {self.alias} at "
                    f"{self._shown_uri}, got none; run `badbuzz train`."
                ) from error
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> RegistryError:
        return RegistryError(
            f"MLflow at {self._shown_uri} does not answer "
            f"({type(error).__name__}); start it, or set MLFLOW_TRACKING_URI."
        )


def _verify(folder: Path, pointer: Pointer) -> None:
    found = artefact.digest(folder)
    if pointer.digest and found != pointer.digest:
        raise ArtefactError(
            f"expected digest {pointer.digest} for version {pointer.version}, got {found} in "
            f"{folder}; the artefact was changed after it was registered: register it anew."
        )
