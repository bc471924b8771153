"""The jars of Apache Kafka: from KAFKA_HOME, from Maven, or from the official archive."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sentiment.errors import StackError

VERSION = "4.3.1"
ARCHIVE_URL = f"https://archive.apache.org/dist/kafka/{VERSION}/kafka_2.13-{VERSION}.tgz"
_FETCH_TIMEOUT_SECONDS = 600


@dataclass(frozen=True)
class Distribution:
    """The jars of one Kafka release: the folder that holds them, and the release's version."""

    jars: Path
    version: str


def find_distribution(cache: Path | None = None) -> Distribution:
    """Return the Kafka to run, fetching its jars once into the per-user cache if need be.

    Args:
        cache: folder for the fetched jars; None takes `cache_dir()`. Several processes may ask at
            once: one fetches, the others wait.

    Raises:
        StackError: KAFKA_HOME holds no Kafka, or neither Maven nor the archive gave the jars.
    """
    if home := os.environ.get("KAFKA_HOME"):
        return _from_home(Path(home))
    target = (cache or cache_dir()) / f"kafka-{VERSION}"
    if not target.is_dir():
        with _locked(target.with_suffix(".lock")):
            if not target.is_dir():
                _fetch(target)
    return Distribution(target, VERSION)


def cache_dir() -> Path:
    """Return the folder for what is fetched once per user: BADBUZZ_CACHE_DIR or the XDG one."""
    if chosen := os.environ.get("BADBUZZ_CACHE_DIR"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "badbuzz"


def read_checksum(text: str) -> str:
    """Return the SHA-512 in a ``.sha512`` file of apache.org, lower case, without spaces.

    Those files are written by gpg (name, colon, upper-case groups over several lines) or by
    sha512sum (digest, name).

    Raises:
        StackError: the text holds no SHA-512.
    """
    digits = text.rsplit(":", 1)[-1].split() if ":" in text else text.split()[:1]
    digest = "".join(digits).lower()
    if not re.fullmatch(r"[0-9a-f]{128}", digest):
        raise StackError(f"expected a SHA-512 of 128 hex digits, got {text[:80]!r}.")
    return digest


def _from_home(home: Path) -> Distribution:
    found = sorted((home / "libs").glob("kafka_2.13-*.jar"))
    version = re.search(r"kafka_2\.13-(\d+\.\d+\.\d+)\.jar", found[0].name) if found else None
    if version is None:
        raise StackError(
            f"KAFKA_HOME is {home}, where libs/kafka_2.13-<version>.jar was expected but not "
            "found. Point it at an unpacked Kafka release, or unset it to have one fetched."
        )
    return Distribution(home / "libs", version.group(1))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w")
    except OSError as error:
        raise StackError(
            f"the jars of Kafka are kept in {path.parent}, which cannot be written ({error}). "
            "Set BADBUZZ_CACHE_DIR to a folder that can."
        ) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fetch(target: Path) -> None:
    """Fill `target` in one step: a fetch that is cut off leaves no half-filled folder."""
    failures: list[str] = []
    for fetch in (_fetch_with_maven, _fetch_archive):
        with tempfile.TemporaryDirectory(dir=target.parent, prefix="fetching-") as folder:
            jars = Path(folder) / "jars"
            try:
                fetch(jars)
            except (OSError, subprocess.SubprocessError, tarfile.TarError, StackError) as error:
                failures.append(f"{fetch.__name__.removeprefix('_fetch_')}: {error}")
            else:
                jars.replace(target)
                return
    raise StackError(
        f"Kafka {VERSION} could not be fetched. {' | '.join(failures)} | Install Maven (`apt-get "
        "install maven`) and check the network, or unpack Kafka yourself and set KAFKA_HOME, or "
        "set KAFKA_BROKERS to a Kafka that already runs."
    )


def _fetch_with_maven(jars: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise StackError("no `mvn` in PATH.")
    pom = Path(__file__).with_name("pom.xml")
    done = subprocess.run(
        [
            *(maven, "-B", "-q", "-f", str(pom), "dependency:copy-dependencies"),
            *(f"-DoutputDirectory={jars}", "-DincludeScope=runtime"),
        ],
        capture_output=True,
        text=True,
        timeout=_FETCH_TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode != 0 or not (jars / f"kafka_2.13-{VERSION}.jar").is_file():
        raise StackError(f"mvn ended with {done.returncode}: {(done.stdout + done.stderr)[-600:]}")


def _fetch_archive(jars: Path) -> None:
    url = os.environ.get("KAFKA_ARCHIVE_URL") or ARCHIVE_URL
    archive = jars.with_suffix(".tgz")
    _download(f"{url}.sha512", archive.with_suffix(".sha512"))
    _download(url, archive)
    expected = read_checksum(archive.with_suffix(".sha512").read_text())
    with archive.open("rb") as file:
        got = hashlib.file_digest(file, "sha512").hexdigest()
    if got != expected:
        raise StackError(f"{url} has SHA-512 {got}, expected {expected}: a damaged download.")
    unpacked = jars.with_name("unpacked")
    with tarfile.open(archive) as content:
        if hasattr(tarfile, "data_filter"):  # from Python 3.11.4 on; Debian 12 has an older one
            content.extraction_filter = tarfile.data_filter
        content.extractall(unpacked)  # noqa: S202 - its checksum is right
    next(unpacked.glob("*/libs")).replace(jars)


def _download(url: str, target: Path) -> None:
    if not url.startswith(("https://", "file://")):
        raise StackError(f"KAFKA_ARCHIVE_URL must start with https:// or file://, got {url}.")
    source = urllib.request.urlopen(url, timeout=60)  # noqa: S310 - its scheme is checked above
    with source, target.open("wb") as file:
        shutil.copyfileobj(source, file)
