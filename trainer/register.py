"""Logs an artefact to MLflow, registers it as a version, and moves the alias."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sentiment import artefact
from sentiment.errors import RegistryError
from sentiment.registry import CHANGE_TAG, DIGEST_TAG, mlflow_client
from trainer.settings import TrainerSettings

CANDIDATE_TAG = "badbuzz.candidate"

_PACKAGE = Path(artefact.__file__).parent
_NEEDED = ("mlflow-skinny", "numpy", "onnxruntime", "pydantic", "emoji", "tokenizers")


class Versions:
    """The versions of the registered model. Blocking.

    Args:
        settings: names the server, the experiment, the model and the alias.

    Raises:
        RegistryError: by every method, when the server does not answer.
    """

    def __init__(self, settings: TrainerSettings) -> None:
        self._settings = settings
        self.name = settings.model_name
        self._client = mlflow_client(settings)

    def champion(self) -> Any | None:
        """The version that the alias names, where it names one."""
        try:
            return self._client.get_model_version_by_alias(self.name, self._settings.model_alias)
        except Exception as error:
            if getattr(error, "error_code", "") in _ABSENT:
                return None
            raise self._unreachable(error) from error

    def register(
        self, folder: Path, metrics: dict[str, float], tags: dict[str, str] | None = None
    ) -> str:
        """Log the artefact as a run and register it; the alias stays where it is.

        Everything is logged before the version is made, so that an interrupted call leaves the
        registry as it was.

        Returns:
            the number of the new version.
        """
        try:
            return self._register(folder, metrics, tags or {})
        except RegistryError:
            raise
        except Exception as error:
            raise self._unreachable(error) from error

    def point(self, number: str, tags: dict[str, str] | None = None) -> int:
        """Move the alias to a version: its tags are written first, the alias moves last.

        Returns:
            the number of this move.
        """
        try:
            change = 1 + max((_change(known) for known in self.all()), default=0)
            for key, value in {**(tags or {}), CHANGE_TAG: str(change)}.items():
                self._client.set_model_version_tag(self.name, number, key, value)
            self._client.set_registered_model_alias(self.name, self._settings.model_alias, number)
        except Exception as error:
            raise self._unreachable(error) from error
        return change

    def all(self) -> list[Any]:
        """Every version, as MLflow knows it."""
        return list(self._client.search_model_versions(f"name='{self.name}'", max_results=10_000))

    def _register(self, folder: Path, metrics: dict[str, float], tags: dict[str, str]) -> str:
        card = artefact.read_card(folder)
        with _run(self._settings, card.candidate) as mlflow:
            mlflow.log_params({"candidate": card.candidate, "data_digest": card.data_digest})
            mlflow.log_metrics(metrics)
            info = mlflow.pyfunc.log_model(
                name="model",
                python_model=str(Path(__file__).with_name("pyfunc.py")),
                artifacts={"artefact": str(folder)},
                code_paths=[str(_PACKAGE)],
                pip_requirements=[f"{package}=={version(package)}" for package in _NEEDED],
            )
        tags = {**tags, DIGEST_TAG: artefact.digest(folder), CANDIDATE_TAG: card.candidate}
        self._make_model()
        made = self._client.create_model_version(
            self.name, info.model_uri, info.run_id, tags, model_id=info.model_id
        )
        return str(made.version)

    def _make_model(self) -> None:
        try:
            self._client.create_registered_model(self.name)
        except Exception as error:
            if getattr(error, "error_code", "") != "RESOURCE_ALREADY_EXISTS":
                raise

    def _unreachable(self, error: Exception) -> RegistryError:
        return RegistryError(
            f"MLflow at {self._settings.mlflow_tracking_uri} did not do what was asked "
            f"({type(error).__name__}: {error}); start it, or set MLFLOW_TRACKING_URI."
        )


@contextmanager
def _run(settings: TrainerSettings, name: str) -> Iterator[Any]:
    """A run of the experiment, with MLflow's own printing off; gives the module `mlflow`."""
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    import mlflow  # noqa: PLC0415 - takes seconds, reads the environment

    mlflow.set_tracking_uri(settings.mlflow_tracking_uri)
    mlflow.set_registry_uri(settings.mlflow_tracking_uri)
    mlflow.set_experiment(settings.experiment)
    with mlflow.start_run(run_name=name):
        yield mlflow


_ABSENT = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")


def _change(known: Any) -> int:
    text = known.tags.get(CHANGE_TAG, "")
    return int(text) if text.isdigit() else 0
