"""`badbuzz replay`: pushes tweets from a file to the topic, as a producer would."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import click
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from sentiment.errors import BadMessageError, SettingsError, TopicError
from sentiment.messages import Tweet
from sentiment.settings import Settings, load_settings
from sentiment.topics import TWEETS
from stream.history import SENTIMENT140, read_history, sample_history, to_json

_CHUNK = 500
Item = Tweet | BadMessageError


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--kind", type=click.Choice(["csv", "jsonl"]), help="By default from the name.")
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="Tweets a second.")
@click.option("--speed", type=click.FloatRange(min=0, min_open=True),
              help="Replay by the tweets' own times, so many times as fast.")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=1), help="Stop after so many tweets.")
@click.option("--shuffle", is_flag=True, help="In a random order: Sentiment140 is sorted by label.")
@click.option("--brand", help="Say that all tweets are about this brand.")
def replay(
    file: Path | None, kind: str | None, rate: float | None, speed: float | None,
    limit: int | None, shuffle: bool, brand: str | None,
) -> None:  # fmt: skip
    """Push the tweets of FILE (Sentiment140 CSV, JSON Lines, or - for standard input) to Kafka.

    Without FILE: data/training.1600000.processed.noemoticon.csv, shuffled, where it is there,
    else the project's own made-up sample. Records are stamped now; without --speed, the tweets are
    too.
    """
    settings = load_settings(Settings)
    console = Console(stderr=True)
    items = _items(file, kind, shuffle, settings, console)
    if limit:
        items = islice(items, limit)
    paced = _by_time(items, speed) if speed else _by_rate(items, rate)
    refused: Counter[str] = Counter()
    started = time.monotonic()
    sent = asyncio.run(_push(settings, paced, refused, brand, speed is not None, console, limit))
    seconds = time.monotonic() - started
    console.print(
        f"sent {sent:,}, refused {sum(refused.values()):,} {dict(refused) or ''} "
        f"in {seconds:.1f} s ({sent / seconds:,.0f} tweets/s)"
    )


def _items(
    file: Path | None, kind: str | None, shuffle: bool, settings: Settings, console: Console
) -> Iterator[Item]:
    real = Path("data") / SENTIMENT140
    if file is None and not real.is_file():
        console.print(f"{real} is not there: replaying the project's own made-up tweets.")
        return sample_history()
    path = file or real
    if str(path) == "-" and shuffle:
        raise SettingsError("--shuffle needs a file, got standard input; leave one of them out.")
    kind = kind or ("csv" if path.suffix == ".csv" else "jsonl")
    return read_history(path, kind, settings.max_text_chars, shuffle or file is None)


def _by_rate(items: Iterable[Item], rate: float | None) -> Iterator[tuple[float, Item]]:
    """Each item with the second at which it is due."""
    for number, item in enumerate(items):
        yield (number / rate if rate else 0.0), item


def _by_time(items: Iterable[Item], speed: float) -> Iterator[tuple[float, Item]]:
    first: datetime | None = None
    due = 0.0
    for item in items:
        if isinstance(item, Tweet) and item.created_at is not None:
            moment = item.created_at
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            first = first or moment
            due = max(due, (moment - first).total_seconds() / speed)
        yield due, item


async def _push(
    settings: Settings, paced: Iterable[tuple[float, Item]], refused: Counter[str],
    brand: str | None, keep_times: bool, console: Console, total: int | None,
) -> int:  # fmt: skip
    producer = AIOKafkaProducer(
        **settings.kafka_client, acks="all", enable_idempotence=True, linger_ms=5,
        max_batch_size=262_144, compression_type="lz4",
        max_request_size=settings.max_message_bytes,
    )  # fmt: skip
    topic = settings.topic(TWEETS)
    sent = 0
    started = time.monotonic()
    try:
        await producer.start()
        waiting: list[asyncio.Future[object]] = []
        with _progress(console) as progress:
            bar = progress.add_task("replay", total=total)
            for due, item in paced:
                if (early := due - (time.monotonic() - started)) > 0:
                    await asyncio.sleep(early)
                progress.update(bar, advance=1)
                if isinstance(item, BadMessageError):
                    refused[item.reason] += 1
                    continue
                value = to_json(_stamped(item, brand, keep_times))
                waiting.append(await producer.send(topic, value, key=item.id.encode()))
                sent += 1
                if len(waiting) >= _CHUNK:
                    await asyncio.gather(*waiting[: _CHUNK // 2])
                    del waiting[: _CHUNK // 2]
            await asyncio.gather(*waiting)
    except KafkaError as error:
        raise TopicError(
            f"Kafka at {settings.kafka_brokers} did not take the tweets ({error!r}) after {sent:,}; "
            "start it, run `badbuzz topics create`, or set KAFKA_BROKERS."
        ) from error
    finally:
        await producer.stop()
    return sent


def _stamped(tweet: Tweet, brand: str | None, keep_times: bool) -> Tweet:
    changes: dict[str, object] = {} if keep_times else {"created_at": datetime.now(UTC)}
    if brand:
        changes["brand"] = brand
    return tweet.model_copy(update=changes)


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console, transient=True,
    )  # fmt: skip
