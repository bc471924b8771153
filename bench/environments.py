"""An environment for each side, pinned by hash. That of badbuzz is what its image holds."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from bench.settings import FOLDER

_ROOT = FOLDER.parent
_STREAM = Path("requirements/stream.txt")
_PYTHON = ">=3.11,<3.13"
"""MLServer and Bytewax have no release for a later one."""


def environment(peer: str, cache: Path, root: Path = _ROOT) -> Path:
    """The Python program of a side's environment, rebuilt when its requirements changed.

    Args:
        peer: empty for badbuzz itself.
        root: the checkout of badbuzz; another one than this has an environment of its own.

    Raises:
        subprocess.CalledProcessError: its packages could not be installed.
    """
    requirements = FOLDER / "peers" / peer / "requirements.txt" if peer else root / _STREAM
    own = "badbuzz" if root == _ROOT else "before"
    folder = cache / "environments" / (peer or own)
    python = folder / "bin" / "python"
    marker = folder / "requirements.sha256"
    digest = hashlib.sha256(requirements.read_bytes() + str(root).encode()).hexdigest()
    if marker.is_file() and marker.read_text() == digest:
        return python
    uv = Path(sys.executable).with_name("uv")
    shutil.rmtree(folder, ignore_errors=True)
    install = (uv, "pip", "install", "-q", "--python", python)
    for command in (
        (uv, "venv", "-q", "--python", _PYTHON, folder),
        (*install, "--require-hashes", "-r", requirements),
        (*install, "--no-deps", "-e", root),
    ):
        subprocess.run([str(part) for part in command], check=True)
    marker.write_text(digest)
    return python
