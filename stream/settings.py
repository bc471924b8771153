"""Settings of the stream worker."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from sentiment.settings import Settings


class StreamSettings(Settings):
    """What the worker needs to know beyond what all parts share."""

    group: str = "badbuzz"
    "The consumer group, and the first part of each transactional id: one for each installation."
    batch_records: int = Field(2_000, ge=1)
    "Most records of one batch, which is one transaction."
    batches_in_flight: int = Field(6, ge=1)
    "Batches between fetch and commit, over all partitions: bounds the worker's memory."
    batches_in_flight_per_partition: int = Field(2, ge=1)
    "One is scored while the one before it commits."
    session_seconds: float = Field(10.0, ge=6)
    "A worker that is silent for so long loses its partitions."
    transaction_seconds: float = Field(10.0, ge=1)
    "An open transaction is settled after so long; it holds back readers of its topics."
    compression: Literal["none", "gzip", "snappy", "lz4", "zstd"] = "snappy"
    "How published batches are compressed; snappy costs the worker least."
    fetch_bytes: int = Field(1_048_576, ge=1_024)
    "Most bytes that one fetch brings from one partition."
    stuck_seconds: float = Field(60.0, gt=0)
    "A partition with records waiting that commits none for so long is stuck: /health says so."
    false_alarms_per_week: float = Field(0.2, gt=0)
    "How many false warnings a week a brand's team puts up with: fewer means later warnings."
    page_url: str = "http://127.0.0.1:8000"
    "Where the live page is: alerts link to it."
    web_host: str = "127.0.0.1"
    "Where /health, /ready and /metrics listen."
    web_port: int = Field(6066, ge=0, le=65_535)
    "Their port; 0: none."
    faust_dir: Path | None = None
    "Where Faust keeps its files; by default in the state folder."
    drift_window_minutes: float = Field(60.0, gt=0)
    "Over how long the tweets are compared with the model's reference."
    drift_min_tweets: int = Field(500, ge=1)
    "Sampled tweets in the window, below which no drift is told: few are always far off."
    drift_tweets_per_second: float = Field(50.0, gt=0)
    "Most tweets a second that are sampled for drift."
    shadow_share: float = Field(0.05, ge=0, le=1)
    "Share of the tweets that the version with the alias `challenger` scores too; 0: none."
    shadow_tweets_per_second: float = Field(100.0, gt=0)
    "Most tweets a second that it scores."
