"""The tutorial's commands do what it says they do, on real services."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from sentiment.brands.past import is_past
from sentiment.topics import MENTIONS
from stream.settings import StreamSettings
from tests.chaos.fleet import Fleet
from tests.live.conftest import page, wait_ready, wait_until
from tests.live.kafka_io import read_all
from trainer.registry.register import Versions

pytestmark = pytest.mark.live

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
STEP = re.compile(r"```bash\n(.*?)```(?:\s*```text\n(.*?)```)?", re.DOTALL)
STEPS = STEP.findall(TUTORIAL.read_text("utf-8"))


def test_the_commands_of_the_tutorial_work_and_print_what_it_shows(
    settings: StreamSettings,
    versions: Versions,
    new_version: Callable[[float], str],
    fleet: Fleet,
    tmp_path: Path,
) -> None:
    versions.point(new_version(0.0))
    worker = fleet.start()
    wait_ready(worker)
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, **fleet.environment, "PATH": programs}
    assert len(STEPS) >= 5
    for commands, shown in STEPS:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"
        for line in shown.splitlines():
            assert line in done.stdout, done.stdout
    wait_until(lambda: len(mentions(settings)) >= 63, 60, "all tweets are mentions")
    assert {"1", "2", "3", "c1", "c60"} <= mentions(settings)
    taken = 'badbuzz_buzz_pasts_total{outcome="taken"} 1.0'
    wait_until(lambda: taken in page(worker, "/metrics")[1], 30, "the past is learned")


def mentions(settings: StreamSettings) -> set[str]:
    """The tweets that mention the brand of the tutorial."""
    found = [orjson.loads(one.value) for one in read_all(settings, MENTIONS) if not is_past(one)]
    return {one["id"] for one in found if one["brand"] == "Air Paradis"}


def test_the_readme_leads_to_the_tutorial() -> None:
    assert "docs/tutorial.md" in (TUTORIAL.parents[1] / "README.md").read_text("utf-8")
