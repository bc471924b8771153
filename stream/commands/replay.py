"""`badbuzz replay`: pushes tweets from a file to the topic, as a producer would."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from threading import Semaphore, Thread

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

_UNDER_WAY = 2_000
_STANDARD_INPUT = "-"
Item = Tweet | BadMessageError
Due = tuple[float, Item]


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--kind", type=click.Choice(["csv", "jsonl"]), help="By default from the name.")
@click.option("--rate", type=click.FloatRange(0, min_open=True), help="Tweets a second.")
@click.option(
    "--speed",
    type=click.FloatRange(0, min_open=True),
    help="By their own times, so many times as fast.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Stop after so many tweets.")
@click.option("--shuffle", is_flag=True, help="In a random order: Sentiment140 is sorted by label.")
@click.option("--brand", help="Say that all tweets are about this brand.")
def replay(
    *,
    file: Path | None,
    kind: str | None,
    rate: float | None,
    speed: float | None,
    limit: int | None,
    shuffle: bool,
    brand: str | None,
) -> None:
    """Push the tweets of FILE (Sentiment140 CSV, JSON Lines, or - for standard input) to Kafka.

    Without FILE: data/training.1600000.processed.noemoticon.csv, shuffled, where it is there,
    else the project's own made-up sample. Records are stamped now; so are the tweets, unless
    --speed is given.
    """
    settings = load_settings(Settings)
    console = Console(stderr=True)
    items = _items(file, kind, shuffle, settings, console)
    items = islice(items, limit) if limit else items
    pushing = _Push(settings, brand, keep_times=speed is not None)
    started = time.monotonic()
    try:
        with _progress(console) as progress:
            bar = progress.add_task("replay", total=limit)
            paced = _by_time(items, speed) if speed else _by_rate(items, rate)
            come = _as_they_come(paced) if str(file) == _STANDARD_INPUT else _at_once(paced)
            asyncio.run(pushing.run(come, lambda: progress.update(bar, advance=1)))
    except KeyboardInterrupt:
        console.print("stopped")
    finally:
        _report(pushing, time.monotonic() - started, console)


def _items(
    file: Path | None, kind: str | None, shuffle: bool, settings: Settings, console: Console
) -> Iterator[Item]:
    real = Path("data") / SENTIMENT140
    if file is None and not real.is_file():
        console.print(f"{real} is not there: replaying the project's own made-up tweets.")
        return sample_history()
    path = file or real
    if str(path) == _STANDARD_INPUT and shuffle:
        raise SettingsError("--shuffle needs a file, got standard input; leave one of them out.")
    kind = kind or ("csv" if path.suffix == ".csv" else "jsonl")
    return read_history(path, kind, settings.max_text_chars, shuffle or file is None)


def _by_rate(items: Iterable[Item], rate: float | None) -> Iterator[Due]:
    """Each item with the second at which it is due."""
    for number, item in enumerate(items):
        yield (number / rate if rate else 0.0), item


def _by_time(items: Iterable[Item], speed: float) -> Iterator[Due]:
    first: datetime | None = None
    due = 0.0
    for item in items:
        if isinstance(item, Tweet) and item.created_at is not None:
            moment = item.created_at
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            first = first or moment
            due = max(due, (moment - first).total_seconds() / speed)
        yield due, item


async def _at_once(paced: Iterable[Due]) -> AsyncIterator[Due]:
    """Items of a file, which never keeps anybody waiting."""
    for one in paced:
        yield one


async def _as_they_come(paced: Iterable[Due]) -> AsyncIterator[Due]:
    """Items that may be long in coming, read in a thread: those before go out meanwhile."""
    loop = asyncio.get_running_loop()
    came: asyncio.Queue[Due | Exception | None] = asyncio.Queue()
    room = Semaphore(_UNDER_WAY)

    def read() -> None:
        last = None
        with suppress(RuntimeError):  # the loop is closed: nobody waits for more
            try:
                for one in paced:
                    room.acquire()
                    loop.call_soon_threadsafe(came.put_nowait, one)
            except Exception as error:  # noqa: BLE001 - raised where the items are taken
                last = error
            loop.call_soon_threadsafe(came.put_nowait, last)

    Thread(target=read, name="standard input", daemon=True).start()
    while (one := await came.get()) is not None:
        if isinstance(one, Exception):
            raise one
        room.release()
        yield one


class _Push:
    """Sends tweets in their order; knows what Kafka has taken and what was refused."""

    def __init__(self, settings: Settings, brand: str | None, keep_times: bool) -> None:
        self.acknowledged = 0
        self.refused: Counter[str] = Counter()
        self._settings = settings
        self._brand = brand
        self._keep_times = keep_times

    async def run(self, come: AsyncIterator[Due], advance: Callable[[], None]) -> None:
        """Send items when they are due.

        Raises:
            TopicError: Kafka does not take them.
        """
        settings = self._settings
        producer = AIOKafkaProducer(
            **settings.kafka_client,
            enable_idempotence=True,
            linger_ms=5,
            max_batch_size=262_144,
            max_request_size=settings.max_message_bytes,
            compression_type="snappy",
        )
        try:
            await producer.start()
            await self._send_all(producer, come, advance)
        except KafkaError as error:
            raise TopicError(
                f"Kafka at {settings.kafka_brokers} did not take the tweets ({error!r}); "
                "start it, run `badbuzz topics create`, or set KAFKA_BROKERS."
            ) from error
        finally:
            await producer.stop()

    async def _send_all(
        self,
        producer: AIOKafkaProducer,
        come: AsyncIterator[Due],
        advance: Callable[[], None],
    ) -> None:
        topic = self._settings.topic(TWEETS)
        waiting: deque[Awaitable[object]] = deque()
        started = time.monotonic()
        async for due, item in come:
            if (early := due - (time.monotonic() - started)) > 0:
                await asyncio.sleep(early)
            advance()
            if isinstance(item, BadMessageError):
                self.refused[item.reason] += 1
                continue
            value = to_json(self._stamped(item))
            waiting.append(await producer.send(topic, value, key=item.id.encode()))
            if len(waiting) >= _UNDER_WAY:
                await self._acknowledge(waiting, _UNDER_WAY // 2)
        await self._acknowledge(waiting, len(waiting))

    async def _acknowledge(self, waiting: deque[Awaitable[object]], amount: int) -> None:
        for _ in range(amount):
            await waiting.popleft()
            self.acknowledged += 1

    def _stamped(self, tweet: Tweet) -> Tweet:
        changes: dict[str, object] = {} if self._keep_times else {"created_at": datetime.now(UTC)}
        if self._brand:
            changes["brand"] = self._brand
        return tweet.model_copy(update=changes)


def _report(pushing: _Push, seconds: float, console: Console) -> None:
    reasons = ", ".join(f"{amount:,} {reason}" for reason, amount in pushing.refused.items())
    console.print(
        f"sent {pushing.acknowledged:,}, refused {sum(pushing.refused.values()):,}"
        + (f" ({reasons})" if reasons else "")
        + f" in {seconds:.1f} s, {pushing.acknowledged / max(seconds, 1e-9):,.0f} tweets/s"
    )


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console, transient=True)
