"""Serving needs no training library, no Faust, and no other service's code."""

import subprocess
import sys

HEAVY = ("tensorflow", "torch", "sklearn", "keras", "faust", "stream", "trainer", "infra")
PROGRAM = """
import sys
import api.command, api.app, api.contract
from api.settings import ApiSettings
from sentiment.mlflow_api import mlflow_client
api.app.create_app(ApiSettings(_env_file=None))
mlflow_client(ApiSettings(_env_file=None))
import mlflow.artifacts
print(*sorted(name for name in sys.argv[1:] if name in sys.modules))
"""


def test_the_api_loads_no_training_library_and_no_other_service() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, *HEAVY], capture_output=True, text=True, check=True
    )
    assert ended.stdout.split() == []
