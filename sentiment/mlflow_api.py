"""MLflow's client, and what its errors mean."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sentiment.errors import AbsentError, RegistryError
from sentiment.settings import Settings
from sentiment.userinfo import without_userinfo

_ABSENT = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
_EXISTS = "RESOURCE_ALREADY_EXISTS"


def mlflow_client(settings: Settings) -> Any:
    """A client that gives up within seconds: its callers retry at their own pace."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    from mlflow.tracking import MlflowClient  # noqa: PLC0415 - takes seconds, reads the environment

    return MlflowClient(settings.mlflow_tracking_uri, settings.mlflow_tracking_uri)


@contextmanager
def mlflow_errors(settings: Settings, detailed: bool = False) -> Iterator[None]:
    """Raise every failure of the calls inside as an error of ours.

    Args:
        settings: name the server.
        detailed: add MLflow's own message. Not where strangers can read the error.

    Raises:
        AbsentError: the server answers, and has no such model, version or alias.
        RegistryError: any other failure.
    """
    try:
        yield
    except Exception as error:
        uri = without_userinfo(settings.mlflow_tracking_uri)
        cause = type(error).__name__
        if detailed:
            cause += f": {without_userinfo(str(error))}"
        if _code(error) in _ABSENT:
            raise AbsentError(
                f"MLflow at {uri} has no such model, version or alias ({cause}); "
                "run `badbuzz train`."
            ) from error
        failed = "could not do this" if detailed else "does not answer"
        raise RegistryError(
            f"MLflow at {uri} {failed} ({cause}); start it, or set MLFLOW_TRACKING_URI."
        ) from error


def make_model(client: Any, name: str) -> None:
    """Create a registered model unless it exists."""
    try:
        client.create_registered_model(name)
    except Exception as error:
        if _code(error) != _EXISTS:
            raise


def _code(error: Exception) -> str:
    return str(getattr(error, "error_code", ""))
