"""Where the jars of Kafka come from, and that several processes may ask for them at once."""

import hashlib
import stat
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.local.distribution import VERSION, find_distribution, read_checksum
from sentiment.errors import StackError

CORE = f"kafka_2.13-{VERSION}.jar"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KAFKA_HOME", "KAFKA_ARCHIVE_URL", "BADBUZZ_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)


def _maven(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for `mvn`, first in PATH: only so can it fail or count."""
    program = folder / "mvn"
    program.write_text(f"#!/bin/bash\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def _archive(folder: Path) -> Path:
    jar = folder / CORE
    jar.write_bytes(b"a jar")
    target = folder / f"kafka_2.13-{VERSION}.tgz"
    with tarfile.open(target, "w:gz") as archive:
        archive.add(jar, f"kafka_2.13-{VERSION}/libs/{CORE}")
    digest = hashlib.sha512(target.read_bytes()).hexdigest().upper()
    groups = " ".join(digest[at : at + 8] for at in range(0, 128, 8))
    target.with_name(f"{target.name}.sha512").write_text(f"{target.name}: {groups}\n")
    return target


def test_kafka_home_is_taken_first_with_its_own_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "libs").mkdir()
    (tmp_path / "libs" / "kafka_2.13-4.2.0.jar").touch()
    monkeypatch.setenv("KAFKA_HOME", str(tmp_path))
    found = find_distribution()
    assert (found.jars, found.version) == (tmp_path / "libs", "4.2.0")


def test_a_kafka_home_without_kafka_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_HOME", str(tmp_path))
    with pytest.raises(StackError, match="KAFKA_HOME is"):
        find_distribution()


def test_many_that_ask_at_once_fetch_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = f"""
        echo called >>{tmp_path}/calls
        for option in "$@"; do
            [[ $option == -DoutputDirectory=* ]] && mkdir -p "${{option#*=}}"
            [[ $option == -DoutputDirectory=* ]] && sleep 0.3 && touch "${{option#*=}}/{CORE}"
        done
        exit 0
    """
    _maven(tmp_path, script, monkeypatch)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(find_distribution, [tmp_path / "cache"] * 4))
    assert (tmp_path / "calls").read_text() == "called\n"
    assert {(kafka.jars / CORE).is_file() for kafka in found} == {True}


def test_where_maven_fails_the_archive_is_taken_after_its_checksum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _maven(tmp_path, "exit 1", monkeypatch)
    monkeypatch.setenv("KAFKA_ARCHIVE_URL", _archive(tmp_path).as_uri())
    found = find_distribution(tmp_path / "cache")
    assert (found.jars / CORE).read_bytes() == b"a jar"


def test_an_archive_with_another_checksum_is_refused_and_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _maven(tmp_path, "echo no network; exit 1", monkeypatch)
    archive = _archive(tmp_path)
    with archive.open("ab") as file:
        file.write(b"more")
    monkeypatch.setenv("KAFKA_ARCHIVE_URL", archive.as_uri())
    with pytest.raises(
        StackError, match=r"(?s)no network.*damaged download.*KAFKA_BROKERS"
    ) as raised:
        find_distribution(tmp_path / "cache")
    assert "KAFKA_HOME" in str(raised.value)
    assert not [path for path in (tmp_path / "cache").iterdir() if path.is_dir()]


def test_an_address_that_is_neither_https_nor_a_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _maven(tmp_path, "exit 1", monkeypatch)
    monkeypatch.setenv("KAFKA_ARCHIVE_URL", "http://127.0.0.1/kafka.tgz")
    with pytest.raises(StackError, match="must start with https"):
        find_distribution(tmp_path / "cache")


@pytest.mark.parametrize("form", ["{upper}  kafka.tgz\n", "kafka.tgz: {upper}\n", "{lower}\n"])
def test_a_checksum_is_read_in_the_forms_that_release_sites_write(form: str) -> None:
    digest = hashlib.sha512(b"kafka").hexdigest()
    assert read_checksum(form.format(upper=digest.upper(), lower=digest)) == digest


@pytest.mark.parametrize("text", ["", "<html>not found</html>", "kafka.tgz: abc"])
def test_what_is_no_checksum_is_refused(text: str) -> None:
    with pytest.raises(StackError, match="SHA-512"):
        read_checksum(text)
