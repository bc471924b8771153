"""Sends tweets to Kafka in order, each when it is due."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from threading import Semaphore, Thread

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from sentiment.errors import BadMessageError, TopicError
from sentiment.messages import Tweet
from sentiment.settings import Settings
from sentiment.topics import TWEETS
from stream.replay.tweet_files import to_json

_UNDER_WAY = 2_000
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
Item = Tweet | BadMessageError
Due = tuple[float, Item]


def by_rate(items: Iterable[Item], rate: float | None) -> Iterator[Due]:
    """Each item with the second at which it is due."""
    for number, item in enumerate(items):
        yield (number / rate if rate else 0.0), item


def in_order(items: Iterable[Item]) -> list[Item]:
    """Items by the times of their tweets, all held in memory: files come newest first, too.

    What has no time stays behind the item before it.
    """
    times, latest = [], _BEFORE_ALL
    kept = list(items)
    for item in kept:
        if isinstance(item, Tweet) and item.created_at is not None:
            latest = _aware(item.created_at)
        times.append(latest)
    return [kept[place] for place in sorted(range(len(kept)), key=times.__getitem__)]


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def by_time(items: Iterable[Item], speed: float) -> Iterator[Due]:
    first: datetime | None = None
    due = 0.0
    for item in items:
        if isinstance(item, Tweet) and item.created_at is not None:
            moment = _aware(item.created_at)
            first = first or moment
            due = max(due, (moment - first).total_seconds() / speed)
        yield due, item


async def all_at_once(paced: Iterable[Due]) -> AsyncIterator[Due]:
    """Items of a file: they are all there already."""
    for one in paced:
        yield one


async def as_they_come(paced: Iterable[Due]) -> AsyncIterator[Due]:
    """Items of a slow source, read in a thread, so that earlier ones are sent meanwhile."""
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


class Sender:
    """Sends tweets in order; counts those that Kafka accepted, those that were refused, and those
    whose own time was replaced.

    Args:
        settings: of the installation.
        brand: what all tweets are about; None leaves it to each.
        keep_times: leave `created_at` as it is; otherwise it is now.
        key: of all records, which then keep their order; by default each has its tweet's id.
    """

    def __init__(
        self, settings: Settings, brand: str | None, keep_times: bool, key: bytes | None = None
    ) -> None:
        self.acknowledged = 0
        self.restamped = 0
        self.refused: Counter[str] = Counter()
        self.first_refusal: BadMessageError | None = None
        self._settings = settings
        self._brand = brand
        self._keep_times = keep_times
        self._key = key

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
                self.first_refusal = self.first_refusal or item
                continue
            value = to_json(self._stamped(item))
            waiting.append(await producer.send(topic, value, key=self._key or item.id.encode()))
            if len(waiting) >= _UNDER_WAY:
                await self._acknowledge(waiting, _UNDER_WAY // 2)
        await self._acknowledge(waiting, len(waiting))

    async def _acknowledge(self, waiting: deque[Awaitable[object]], amount: int) -> None:
        for _ in range(amount):
            await waiting.popleft()
            self.acknowledged += 1

    def _stamped(self, tweet: Tweet) -> Tweet:
        changes: dict[str, object] = {}
        if not self._keep_times:
            self.restamped += tweet.created_at is not None
            changes["created_at"] = datetime.now(UTC)
        if self._brand:
            changes["brand"] = self._brand
        return tweet.model_copy(update=changes)
