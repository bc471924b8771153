"""What an installation of one part brings with it: made for real, with the pinned packages."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]
HEAVY = {"tensorflow", "keras", "torch", "sklearn", "transformers", "onnx", "mlflow.server"}
PROBE = """
import importlib, importlib.metadata, json, pkgutil, sys
names = []
for package in sys.argv[1:]:
    module = importlib.import_module(package)
    names.append(package)
    for found in pkgutil.walk_packages(module.__path__, package + "."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
            names.append(found.name)
    assert "site-packages" in module.__file__, module.__file__
installed = [d.metadata["Name"].lower() for d in importlib.metadata.distributions()]
print(json.dumps({"imported": names, "modules": list(sys.modules), "installed": installed}))
"""


def uv() -> str:
    path = Path(sys.executable).with_name("uv")
    if not path.is_file():
        pytest.skip("uv is not in this environment: run `make install`.")
    return str(path)


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it would be published."""
    folder = tmp_path_factory.mktemp("wheel")
    run(uv(), "build", "--wheel", "--out-dir", str(folder), str(ROOT), cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.parametrize("part", ["stream", "api"])
def test_an_installation_of_a_service_brings_and_imports_no_training_framework(
    part: str, wheel: Path, tmp_path: Path
) -> None:
    python = str(tmp_path / "venv" / "bin" / "python")
    run(uv(), "venv", "--python", sys.executable, str(tmp_path / "venv"), cwd=tmp_path)
    install = (uv(), "pip", "install", "--python", python)
    requirements = str(ROOT / "requirements" / f"{part}.txt")
    run(*install, "--require-hashes", "-r", requirements, cwd=tmp_path)
    run(*install, "--no-deps", str(wheel), cwd=tmp_path)
    found = json.loads(run(python, "-c", PROBE, "sentiment", part, cwd=tmp_path))
    assert {"sentiment.scorer", part} <= set(found["imported"])
    assert HEAVY.isdisjoint(found["modules"])
    heavy = {"tensorflow", "keras", "torch", "scikit-learn", "transformers", "onnx", "mlflow"}
    assert heavy.isdisjoint(found["installed"])
    other = {"stream", "api", "trainer"} - {part}
    assert not [name for name in found["modules"] if name.split(".")[0] in other]
