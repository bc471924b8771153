"""Sizes of the benchmarks, from the environment: `BENCH_` prefixes each name."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

FOLDER = Path(__file__).parent


class BenchSettings(BaseSettings):
    """How much is measured. The defaults take about a quarter of an hour on two cores."""

    model_config = SettingsConfigDict(env_prefix="BENCH_", populate_by_name=True)

    sentiment140_csv: Path = Field(
        Path("data/training.1600000.processed.noemoticon.csv"), validation_alias="SENTIMENT140_CSV"
    )
    "Real tweets, in the layout of Sentiment140; the project's own sample where it is missing."
    artefact: Path | None = None
    "The artefact that every side runs; by default an untrained network made here."
    model: Literal["network", "logistic"] = "network"
    "Model to generate if no artefact is named: a recurrent network or a logistic regression."
    units: int = Field(32, ge=1)
    "Units of that recurrent network."
    rounds: int = Field(3, ge=1)
    "Times that each side is measured; the sides take turns."
    messages: int = Field(80_000, ge=100)
    "Backlog of a run of the sides that score in batches."
    slow_messages: int = Field(8_000, ge=100)
    "Backlog of a run of the sides that score one event at a time."
    sides: list[str] = Field(default_factory=list)
    "Only these sides, as a JSON list; by default all."
    before: Path | None = None
    "Another checkout of badbuzz, measured as the side `before`: has a change cost speed?"
    partitions: int = Field(4, ge=1)
    "Partitions of the input and of the output."
    threads: int = Field(2, ge=1)
    "Threads of the Scorer, on every side."
    latency_seconds: float = Field(12.0, gt=1)
    "How long each load of the latency part lasts."
    latency_shares: list[float] = Field(default_factory=lambda: [0.1, 0.5, 0.8])
    "Loads, as shares of the capacity that the side has shown just before."
    latency_sides: list[str] = Field(default_factory=lambda: ["badbuzz", "confluent"])
    "Sides whose latency is measured, each at shares of its own capacity."
    workers: list[int] = Field(default_factory=lambda: [1, 2, 4])
    "Numbers of workers, each with as many partitions."
    backlogs: list[int] = Field(default_factory=lambda: [10_000, 100_000, 1_000_000])
    "Backlogs of one worker, smallest first; 5000000 shows the memory over a long run."
    scaling_messages: int = Field(100_000, ge=100)
    "Backlog of each number of workers."
    cache: Path = FOLDER / ".cache"
    "Environments of the peers, data of the services; may be deleted."
    results: Path = FOLDER / "results"
    "Where tables, pictures and JSON go."
