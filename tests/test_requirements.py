"""The requirement files follow from pyproject.toml and from each other."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]


def pinned(path: Path) -> dict[str, str]:
    """Version of each package in a requirements file."""
    lines = re.findall(r"^([\w.-]+)==([^\s;\\]+)", path.read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in lines}


def wanted(extra: str) -> list[Requirement]:
    """What an extra asks for, itself and through other extras of this project."""
    found = [Requirement(line) for line in PROJECT["dependencies"]]
    for line in EXTRAS[extra]:
        requirement = Requirement(line)
        if requirement.name == PROJECT["name"]:
            found += [one for inner in requirement.extras for one in wanted(inner)]
        else:
            found.append(requirement)
    return found


LOCKED = ("api", "dev", "keras", "local", "notebook", "stream", "trainer", "transformers")


@pytest.mark.parametrize("extra", LOCKED)
def test_each_lock_holds_a_fitting_version_of_all_that_its_extra_asks_for(extra: str) -> None:
    versions = pinned(ROOT / "requirements" / f"{extra}.txt")
    for requirement in wanted(extra):
        version = versions.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement} is not in {extra}.txt: run `make lock`"
        assert version in requirement.specifier, f"{requirement}: run `make lock`"


@pytest.mark.parametrize(
    ("exported", "lock"),
    [("api/requirements.txt", "api"), ("infra/ml-requirements.txt", "notebook")],
)
def test_an_exported_file_is_its_lock(exported: str, lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    assert (ROOT / exported).read_text() == text, f"{exported} is stale: run `make lock`"


def test_no_lock_names_a_registry() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in path.read_text(), path.name
