"""Downloads the files of a version, in bounded time and size."""

import errno
import os
import time
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from sentiment.errors import ArtefactError, RegistryError, StoppedError
from sentiment.mlflow_api import mlflow_errors
from sentiment.settings import Settings

_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)
_MOST_FILES = 1_000
_LOOK_SECONDS = 0.1


def download(settings: Settings, source: str, into: Path, stopped: Event) -> None:
    """Download what lies at an address of MLflow's, within the settings' time and size.

    It runs in a thread, because MLflow takes seconds to load in another process. A download that
    goes on too long is left alone: it ends when its folder is gone.

    Raises:
        RegistryError: the server does not answer or takes too long, or the disk is full.
        ArtefactError: it is larger than a version may be.
        StoppedError: `stopped` was set.
    """
    most = settings.model_max_mb * 1_000_000
    until = time.monotonic() + settings.model_download_seconds
    failed: list[Exception] = []

    def work() -> None:
        try:
            _download(settings, source, into)
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            failed.append(error)

    thread = Thread(target=work, name="download", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_LOOK_SECONDS)
        _require_small(into, most)
        if stopped.is_set():
            raise StoppedError("this process ends.")
        if time.monotonic() > until:
            raise RegistryError(
                f"a version was not downloaded within {settings.model_download_seconds:g} s; raise "
                "BADBUZZ_MODEL_DOWNLOAD_SECONDS if the network is slow."
            )
    if failed:
        raise failed[0]
    _require_small(into, most)


def _require_small(folder: Path, most: int) -> None:
    size = 0
    for files, path in enumerate(folder.rglob("*"), start=1):
        with suppress(OSError):  # MLflow renames what is complete
            size += path.lstat().st_size if not path.is_dir() else 0
        if size > most or files > _MOST_FILES:
            raise ArtefactError(
                f"expected a version of at most {most // 1_000_000:,} MB in {_MOST_FILES:,} files, "
                "got more; raise BADBUZZ_MODEL_MAX_MB if that is right."
            )


def disk_fault(error: BaseException | None) -> str | None:
    """What is wrong with the disk, where that is what an error is about in the end."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _DISK:
            return os.strerror(error.errno)
        for number in _DISK:  # MLflow puts the errors of its threads into words
            if os.strerror(number) in str(error):
                return os.strerror(number)
        error = error.__cause__ or error.__context__
    return None


def _download(settings: Settings, source: str, into: Path) -> None:
    try:
        with mlflow_errors(settings):
            from mlflow.artifacts import download_artifacts  # noqa: PLC0415 - takes seconds

            download_artifacts(
                artifact_uri=source,
                dst_path=str(into),
                tracking_uri=settings.mlflow_tracking_uri,
            )
    except RegistryError as error:
        if (fault := disk_fault(error)) is None:
            raise
        raise RegistryError(
            f"a version cannot be kept in {into.parent}: {fault}; free some space, or set "
            "BADBUZZ_MODELS_DIR to a folder on another disk."
        ) from error
