"""Settings of the stream worker."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from sentiment.settings import Settings


class StreamSettings(Settings):
    """What the worker needs to know beyond what all parts share."""

    batch_records: int = Field(2_000, ge=1)
    "Most records of one batch, which is one transaction."
    batches_in_flight: int = Field(6, ge=1)
    "Batches of one topic between fetch and commit: bounds the worker's memory."
    batches_in_flight_per_partition: int = Field(2, ge=1)
    "One is scored while the one before it commits."
    session_seconds: float = Field(10.0, ge=6)
    "A worker that is silent for this long loses its partitions."
    transaction_seconds: float = Field(10.0, ge=1)
    "An open transaction is ended after this time; it holds back readers of its topics."
    compression: Literal["none", "gzip", "snappy", "lz4", "zstd"] = "snappy"
    "How published batches are compressed; snappy costs the worker least."
    fetch_bytes: int = Field(1_048_576, ge=1_024)
    "Most bytes that one fetch brings from one partition."
    stuck_seconds: float = Field(60.0, gt=0)
    "/health reports a partition as stuck if it commits nothing for this long while records wait."
    false_alarms_per_week: float = Field(0.2, gt=0)
    "How many false alerts a week a brand's team accepts: fewer means later alerts."
    detector: Literal["tail", "e-detector"] = "tail"
    "Where alerts get their limits: `tail` estimates them, `e-detector` proves them and is slower."
    drift: float = Field(1.2, ge=1)
    "E-detector: how many times the negatives that were learned still count as normal."
    brands_per_tweet: int = Field(20, ge=1)
    "Most brands that one tweet counts for; of those in its text the first by name."
    brands_held: int = Field(10_000, ge=1)
    "Brands that a worker keeps in memory; those mentioned longest ago go to a file until needed."
    lateness_minutes: int = Field(1, ge=0, le=1_440)
    "How long a minute stays open for mentions that come late; later ones are counted as late."
    idle_partition_seconds: float = Field(30.0, ge=0, le=600)
    "How long a minute waits for the partitions of `tweets` that are behind the others."
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
    "Sampled tweets that drift needs: with fewer, chance alone looks like drift."
    drift_tweets_per_second: float = Field(50.0, gt=0)
    "Most tweets a second that are sampled for drift."
    shadow_share: float = Field(0.05, ge=0, le=1)
    "Share of the tweets that the version with the alias `challenger` scores too; 0: none."
    shadow_tweets_per_second: float = Field(100.0, gt=0)
    "Most tweets a second that it scores."
