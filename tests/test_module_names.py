"""A newcomer finds every module of the product named, with its purpose, where it lives."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("sentiment", "stream", "trainer", "api", "infra", "monitoring")


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_is_named_in_its_package_or_its_folders_readme(package: str) -> None:
    assert unnamed(ROOT / package) == []


def test_a_module_that_no_page_names_is_found(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("`known.py` reads; `inner/` writes.")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "__init__.py").write_text('"""Writes: `two`."""')
    for name in ("known.py", "unknown.py", "inner/two.py", "inner/three.py"):
        (tmp_path / name).write_text("")
    assert unnamed(tmp_path) == ["inner/three.py", "unknown.py"]


def unnamed(package: Path) -> list[str]:
    """The modules that neither their package's `__init__.py` nor the README names, by path."""
    readme = (package / "README.md").read_text("utf-8")
    found = []
    for path in sorted(package.rglob("*.py")):
        own = path.with_name("__init__.py")
        pages = readme + (own.read_text("utf-8") if own.is_file() else "")
        named = re.search(rf"[`/]{re.escape(path.stem)}(\.py)?`", pages)
        if not path.stem.startswith("__") and not named:
            found.append(path.relative_to(package).as_posix())
    return found
