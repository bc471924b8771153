"""What the trainer's tests share."""

import pytest
from rich.console import Console

from trainer.context import Context


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """The surroundings of a training that nobody watches."""
    return Context(tmp_path_factory.mktemp("checkpoints"), Console(quiet=True))
