"""What the figures were measured on."""

import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

_PACKAGES = ("aiokafka", "faust-streaming", "numpy", "onnxruntime", "orjson", "pydantic")


def machine() -> dict[str, Any]:
    """Processor, cores, memory, versions, time, and how busy it was before."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": platform.platform(),
        "python": sys.version.split()[0],
        "packages": {name: version(name) for name in _PACKAGES},
        "load_before": os.getloadavg()[0],
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()
