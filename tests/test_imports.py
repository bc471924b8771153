"""Who imports whom, read from the source: no circles, services apart, layers one way."""

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

import pytest

from tests.syntax import parse

ROOT = Path(__file__).parents[1]
PACKAGES = ("sentiment", "stream", "trainer", "api", "infra", "monitoring", "bench", "tests")

ALLOWED = {
    "sentiment": set(),
    "stream": {"sentiment"},
    "trainer": {"sentiment"},
    "api": {"sentiment"},
    "infra": {"sentiment"},
    "monitoring": {"sentiment"},
}
"""What a package of the product may import; `bench` and `tests` may import everything."""

LAYERS = {
    "stream": (
        "commands",
        "worker",
        "scoring mentions",
        "app",
        "consumer",
        "batches",
        "transactions",
        "kafka",
    ),
    "trainer": (
        "commands",
        "shipped",
        "training source_training",
        "reports promotion candidates",
        "fast",
        "encoders",
        "networks",
        "graphs evaluation registry",
        "sources",
        "data",
        "context settings",
    ),
}
"""From top to bottom: a layer imports lower ones only."""

Graph = Mapping[str, set[str]]
"""What each module imports, by dotted names; a package's own module is `package.__init__`."""


@pytest.fixture(scope="module")
def graph() -> Graph:
    return read_imports(ROOT)


def test_all_modules_are_read(graph: Graph) -> None:
    assert {module.partition(".")[0] for module in graph} == set(PACKAGES)
    assert "sentiment.errors" in graph["stream.commands.worker"] | graph["api.reader"]


def test_no_folder_holds_a_circle_of_imports(graph: Graph) -> None:
    assert circles(graph) == []


def test_services_import_sentiment_and_never_one_another(graph: Graph) -> None:
    assert across_services(graph) == []


@pytest.mark.parametrize("package", LAYERS)
def test_imports_inside_a_package_go_down_its_layers(graph: Graph, package: str) -> None:
    assert upwards(graph, package) == []


def test_a_circle_of_modules_and_one_of_packages_are_found() -> None:
    assert circles({"api.a": {"api.b"}, "api.b": {"api.c"}, "api.c": {"api.a"}}) == [
        "api: a imports b, b imports c, c imports a"
    ]
    by_packages = {"api.one.a": {"api.two.b"}, "api.two.b": set(), "api.two.c": {"api.one.d"}}
    assert circles(by_packages) == ["api: one imports two, two imports one"]
    assert circles({"api.one.a": {"api.two.b"}, "api.two.b": {"api.two.c"}}) == []


def test_a_service_that_imports_another_is_found() -> None:
    assert across_services({"api.a": {"stream.b", "sentiment.c"}}) == ["api.a imports stream.b"]
    assert across_services({"bench.a": {"stream.b"}, "tests.a": {"api.b"}}) == []


def test_an_import_up_the_layers_or_beside_is_found() -> None:
    assert upwards({"stream.kafka.lag": {"stream.batches.batch"}}, "stream") == [
        "stream.kafka.lag imports stream.batches.batch"
    ]
    assert upwards({"stream.scoring.agent": {"stream.mentions.agent"}}, "stream") != []
    assert upwards({"stream.worker": {"stream.kafka.lag", "stream.metrics"}}, "stream") == []


@pytest.mark.parametrize(
    "source",
    [
        "import api.b",
        "from api import b",
        "from api.b import name",
        "def f():\n    from api.b import name",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import api.b as other",
    ],
)
def test_every_form_of_an_import_is_read(source: str, tmp_path: Path) -> None:
    folder = tmp_path / "api"
    folder.mkdir()
    for name, text in {"__init__": "", "a": source, "b": "name = 1"}.items():
        (folder / f"{name}.py").write_text(text)
    assert read_imports(tmp_path)["api.a"] == {"api.b"}


def read_imports(root: Path) -> Graph:
    """What each module of the repository's packages imports of these packages."""
    files = {
        ".".join(path.relative_to(root).with_suffix("").parts): path
        for package in PACKAGES
        for path in sorted((root / package).rglob("*.py"))
        if not any(part.startswith(".") for part in path.relative_to(root).parts)
    }
    return {
        module: {
            found
            for name in _imported(parse(path.read_text("utf-8")))
            if (found := _module(name, files)) and found != module
        }
        for module, path in files.items()
    }


def circles(graph: Graph) -> list[str]:
    """One circle of each folder that has some: among its modules and folders, as its parts.

    Without a circle among the parts of any folder there is none of modules either.
    """
    folders: dict[str, dict[str, set[str]]] = {}
    for module, imported in graph.items():
        for other in imported:
            folder, part, other_part = _where_they_part(module, other)
            folders.setdefault(folder, {}).setdefault(part, set()).add(other_part)
    found = []
    for folder, parts in sorted(folders.items()):
        try:
            TopologicalSorter(parts).prepare()
        except CycleError as error:
            way = list(reversed(error.args[1]))
            start = way.index(min(way))
            way = [*way[start:-1], *way[: start + 1]]
            steps = [f"{a} imports {b}" for a, b in pairwise(way)]
            found.append(f"{folder or 'the repository'}: {', '.join(steps)}")
    return found


def across_services(graph: Graph) -> list[str]:
    """The imports that `ALLOWED` does not allow."""
    return [
        f"{module} imports {other}"
        for module, imported in graph.items()
        for other in sorted(imported)
        if (own := module.partition(".")[0]) in ALLOWED
        and other.partition(".")[0] not in ALLOWED[own] | {own}
    ]


def upwards(graph: Graph, package: str) -> list[str]:
    """The imports inside a package that do not go down its layers."""
    depth = {
        f"{package}.{part}": number
        for number, layer in enumerate(LAYERS[package])
        for part in layer.split()
    }

    def part_of(module: str) -> str:
        return ".".join(module.split(".")[:2])

    return [
        f"{module} imports {other}"
        for module, imported in graph.items()
        for other in sorted(imported)
        if part_of(module) != part_of(other)
        and depth.get(part_of(module), -1) >= depth.get(part_of(other), len(depth))
    ]


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written out in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _module(name: str, files: Mapping[str, Path]) -> str | None:
    """The module that holds what an import names."""
    for known in (name, f"{name}.__init__"):
        if known in files:
            return known
    parent, dot, _ = name.rpartition(".")
    return _module(parent, files) if dot else None


def _where_they_part(module: str, other: str) -> tuple[str, str, str]:
    """The folder that holds both, and what of it holds each."""
    here, there = module.split("."), other.split(".")
    depth = next(n for n, (a, b) in enumerate(zip(here, there, strict=False)) if a != b)
    return ".".join(here[:depth]), here[depth], there[depth]
