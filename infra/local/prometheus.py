"""Prometheus beside the local stack: monitoring's configuration, with the stack's ports and key."""

import os
import re
from pathlib import Path

from pydantic import SecretStr

from infra.local.ports import LOOPBACK
from infra.local.settings import StackSettings

PROMETHEUS_CONFIG = Path("monitoring/prometheus/prometheus.yml")
_ADDRESS = re.compile(rf"{re.escape(LOOPBACK)}:(\d+)")
_API_JOB = "  - job_name: badbuzz-api\n"
_KEY = "metrics-key"


def prepare_prometheus(program: str, settings: StackSettings) -> list[str]:
    """Write the configuration into the folder ``monitoring`` of the state; return the command."""
    home = settings.state_dir / "monitoring"
    home.mkdir(parents=True, exist_ok=True)
    for name in ("rules.yml", "targets"):
        _link(home / name, PROMETHEUS_CONFIG.with_name(name))
    _write_key(home / _KEY, settings.metrics_key)
    config = home / PROMETHEUS_CONFIG.name
    config.write_text(_configuration(PROMETHEUS_CONFIG.read_text(), settings))
    return [
        program,
        f"--config.file={config}",
        f"--storage.tsdb.path={settings.state_dir / 'prometheus'}",
        f"--web.listen-address={LOOPBACK}:{settings.prometheus_port}",
        "--log.level=warn",
    ]


def _configuration(text: str, settings: StackSettings) -> str:
    moved = {
        str(StackSettings.model_fields[name].default): str(getattr(settings, name))
        for name in ("web_port", "api_port", "prometheus_port")
    }
    text = _ADDRESS.sub(lambda found: f"{LOOPBACK}:{moved.get(found[1], found[1])}", text)
    if not settings.metrics_key:
        return text
    # The path is seen from the configuration's folder.
    key = f"    authorization:\n      credentials_file: {_KEY}\n"
    return text.replace(_API_JOB, _API_JOB + key)


def _write_key(path: Path, key: SecretStr | None) -> None:
    """For this user alone from the first byte on: an older file may have other rights."""
    path.unlink(missing_ok=True)
    if key:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(key.get_secret_value())


def _link(path: Path, target: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(target.resolve())
