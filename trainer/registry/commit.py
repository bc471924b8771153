"""Which badbuzz made a version."""

import subprocess
from importlib.metadata import version
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def commit() -> str:
    """The commit of the working copy that runs, with `+` where it was changed; else the package's
    version."""
    described = _git("rev-parse", "--short=12", "HEAD")
    if not described:
        return version("badbuzz")
    return described + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")


def _git(*arguments: str) -> str:
    if not (_ROOT / ".git").exists():
        return ""
    try:
        done = subprocess.run(
            ["git", "-C", str(_ROOT), *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
