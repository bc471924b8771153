"""Logs an artefact to MLflow, registers it as a version, and moves the alias."""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sentiment import artefact
from sentiment.card import Card
from sentiment.errors import AbsentError, RegistryError
from sentiment.mlflow_api import make_model, mlflow_client, mlflow_errors
from sentiment.registry import CHANGE_TAG, DIGEST_TAG, pointer_of
from trainer.settings import TrainerSettings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CANDIDATE_TAG = "badbuzz.candidate"

_PACKAGE = Path(artefact.__file__).parent
_NEEDED = ("mlflow-skinny", "numpy", "onnxruntime", "pydantic", "emoji", "langcodes", "tokenizers")


@dataclass(frozen=True)
class Evidence:
    """What MLflow keeps of a training besides the model.

    Attributes:
        metrics: numbers by name.
        figures: matplotlib figures by file name.
        texts: contents by file name.
        datasets: digest and rows of each part of the data, by its name.
        params: how it was made, by name.
        description: the model card, Markdown; it stands on the run and on the version.
    """

    metrics: dict[str, float] = field(default_factory=dict)
    figures: "dict[str, Figure]" = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    datasets: dict[str, tuple[str, int]] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    description: str = ""


@dataclass(frozen=True)
class Logged:
    """An artefact that MLflow holds and has no version of: its model there, its future tags and
    description."""

    model: Any
    tags: dict[str, str]
    description: str = ""


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
        """The version that the alias names; None if there is none."""
        return self._known(self._client.get_model_version_by_alias, self._settings.model_alias)

    def find(self, wanted: str) -> Any | None:
        """The version with this number or alias; None if there is none."""
        client = self._client
        look_up = (
            client.get_model_version
            if wanted.isascii() and wanted.isdigit()
            else client.get_model_version_by_alias
        )
        try:
            with self._errors():
                return look_up(self.name, wanted)
        except AbsentError:
            return None

    def newest(self) -> str:
        """The number of the version registered last."""
        numbers = [int(known.version) for known in self.all()]
        if not numbers:
            raise RegistryError(f"{self.name} has no version yet; run `badbuzz train`.")
        return str(max(numbers))

    def register(self, folder: Path, evidence: Evidence | None = None) -> str:
        """Log the artefact as a run and register it; the alias stays where it is.

        Returns:
            the number of the new version.
        """
        (number,) = self.make([self.log(folder, evidence or Evidence())])
        return number

    def log(self, folder: Path, evidence: Evidence) -> Logged:
        """Log the artefact as a run with its evidence; the registry stays as it is.

        Raises:
            ArtefactError: the folder holds none.
        """
        artefact.require_whole(folder)
        card = artefact.read_card(folder)
        tags = {DIGEST_TAG: artefact.digest(folder), CANDIDATE_TAG: card.candidate}
        with self._errors():
            return Logged(self._log(folder, card, evidence), tags, evidence.description)

    def make(self, logged: Sequence[Logged]) -> list[str]:
        """Make a version of each logged artefact: of all or, where MLflow fails, of none.

        Returns:
            the numbers of the new versions.
        """
        made: list[str] = []
        try:
            with self._errors():
                make_model(self._client, self.name)
                made.extend(map(self._make_version, logged))
        except RegistryError:
            for number in made:
                with suppress(Exception):
                    self._client.delete_model_version(self.name, number)
            raise
        return made

    def point(self, number: str, tags: dict[str, str] | None = None) -> int:
        """Move the alias to a version: its tags are written first, the alias moves last.

        Returns:
            the number of this move.
        """
        change = 1 + max((_change(known) for known in self.all()), default=0)
        with self._errors():
            for key, value in {**(tags or {}), CHANGE_TAG: str(change)}.items():
                self._client.set_model_version_tag(self.name, number, key, value)
            self._client.set_registered_model_alias(self.name, self._settings.model_alias, number)
        return change

    def tag(self, number: str, key: str, value: str) -> None:
        """Write something on a version."""
        with self._errors():
            self._client.set_model_version_tag(self.name, number, key, value)

    def all(self) -> list[Any]:
        """Every version, as MLflow knows it."""
        with self._errors():
            return list(
                self._client.search_model_versions(f"name='{self.name}'", max_results=10_000)
            )

    def _known(self, look_up: Callable[[str, str], Any], wanted: str) -> Any | None:
        try:
            with self._errors():
                return look_up(self.name, wanted)
        except AbsentError:
            return None

    def _errors(self) -> AbstractContextManager[None]:
        return mlflow_errors(self._settings, detailed=True)

    def _log(self, folder: Path, card: Card, evidence: Evidence) -> Any:
        with _run(self._settings, card.candidate) as mlflow:
            _log(mlflow, card, evidence)
            return mlflow.pyfunc.log_model(
                name="model",
                python_model=str(Path(__file__).with_name("pyfunc.py")),
                artifacts={"artefact": str(folder)},
                code_paths=[str(_PACKAGE)],
                pip_requirements=[f"{package}=={version(package)}" for package in _NEEDED],
            )

    def _make_version(self, logged: Logged) -> str:
        info = logged.model
        made = self._client.create_model_version(
            self.name,
            info.model_uri,
            info.run_id,
            logged.tags,
            description=logged.description or None,
            model_id=info.model_id,
        )
        return str(made.version)


@contextmanager
def _run(settings: TrainerSettings, name: str) -> Iterator[Any]:
    """A run of the experiment, with MLflow's own printing off; gives the module `mlflow`."""
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    import mlflow  # noqa: PLC0415 - takes seconds, reads the environment

    logging.getLogger("mlflow").setLevel(logging.WARNING)
    mlflow.set_tracking_uri(settings.mlflow_tracking_uri)
    mlflow.set_registry_uri(settings.mlflow_tracking_uri)
    mlflow.set_experiment(settings.experiment)
    with mlflow.start_run(run_name=name):
        yield mlflow


def _log(mlflow: Any, card: Card, evidence: Evidence) -> None:
    from mlflow.data.code_dataset_source import CodeDatasetSource  # noqa: PLC0415 - slow import
    from mlflow.data.meta_dataset import MetaDataset  # noqa: PLC0415

    mlflow.log_params(
        {"candidate": card.candidate, "data_digest": card.data_digest, **evidence.params}
    )
    if evidence.description:
        mlflow.set_tag("mlflow.note.content", evidence.description)
    mlflow.log_metrics(evidence.metrics)
    for name, figure in evidence.figures.items():
        mlflow.log_figure(figure, name)
    for name, text in evidence.texts.items():
        mlflow.log_text(text, name)
    for name, (digest, rows) in evidence.datasets.items():
        source = CodeDatasetSource({"rows": str(rows)})
        mlflow.log_input(MetaDataset(source, name=name, digest=digest), context=name)
        mlflow.log_param(f"{name}_rows", rows)


def _change(known: Any) -> int:
    return pointer_of(known).change
