"""What a peer's process is to do, from its environment. Runs in every peer's environment."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Mode = Literal["pass", "contract", "score"]
"""`pass`: records go through as they are; `contract`: they are parsed, validated and serialised,
and every score is 0.25; `score`: the Scorer scores them."""


@dataclass(frozen=True)
class Job:
    """One run of one side.

    Attributes:
        prefix: stands before the names of the topics, and names the consumer group.
        clock: the file for the Scorer's CPU seconds.
        state: a folder for what the peer wants to keep; empty.
    """

    brokers: str
    prefix: str
    mode: Mode
    artefact: Path
    threads: int
    batch: int
    clock: Path
    state: Path

    @property
    def source(self) -> str:
        """The topic to read."""
        return f"{self.prefix}tweets"

    @property
    def target(self) -> str:
        """The topic to write."""
        return f"{self.prefix}tweets.scored"

    def environment(self) -> dict[str, str]:
        """What `from_environment` reads."""
        return {f"JOB_{name.upper()}": str(value) for name, value in vars(self).items()}


def from_environment() -> Job:
    """The job of this process."""
    value = {name: os.environ[f"JOB_{name.upper()}"] for name in Job.__dataclass_fields__}
    return Job(
        brokers=value["brokers"],
        prefix=value["prefix"],
        mode=value["mode"],  # type: ignore[arg-type]
        artefact=Path(value["artefact"]),
        threads=int(value["threads"]),
        batch=int(value["batch"]),
        clock=Path(value["clock"]),
        state=Path(value["state"]),
    )
