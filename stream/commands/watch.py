"""`badbuzz watch`: scored tweets in the terminal, as they come."""

import asyncio
import time
from collections import deque

import click
import orjson
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.live import Live
from rich.text import Text

from sentiment.errors import TopicError
from sentiment.messages import ScoredTweet
from sentiment.settings import load_settings
from sentiment.topics import SCORED, TWEETS
from stream.lag import group_lag
from stream.settings import StreamSettings

_COLOURS = {"negative": "red", "positive": "green", "uncertain": "yellow", "unsupported": "dim"}
_WINDOW_SECONDS = 5.0
_LAG_EVERY_SECONDS = 2.0
_SHOWN_A_SECOND = 20


@click.command()
@click.option("--from-beginning", is_flag=True, help="Start with the oldest results.")
@click.option("--limit", type=click.IntRange(min=1), help="Stop after so many results.")
@click.option("--brand", help="Only tweets whose producer named this brand.")
def watch(from_beginning: bool, limit: int | None, brand: str | None) -> None:
    """Show scored tweets as they come, with the rate and the worker's lag. Ctrl-C ends it.

    When they come fast, some are shown and all are counted; with --brand, those of the brand.
    """
    try:
        asyncio.run(_Watch(load_settings(StreamSettings), limit, brand).run(from_beginning))
    except KeyboardInterrupt:
        pass
    except KafkaError as error:
        raise TopicError(
            f"Kafka does not answer ({error!r}); start it, or set KAFKA_BROKERS."
        ) from error


class _Watch:
    def __init__(self, settings: StreamSettings, limit: int | None, brand: str | None) -> None:
        self._settings = settings
        self._limit = limit
        self._brand = brand
        self._arrivals: deque[tuple[float, int]] = deque()
        self._lag: int | None = None
        self._seen = 0

    async def run(self, from_beginning: bool) -> None:
        consumer = AIOKafkaConsumer(
            self._settings.topic(SCORED),
            **self._settings.kafka_client,
            isolation_level="read_committed",
            auto_offset_reset="earliest" if from_beginning else "latest",
        )
        await consumer.start()
        measuring = asyncio.create_task(self._measure_lag())
        console = Console()
        try:
            with Live(self._status(), console=console, refresh_per_second=4) as live:
                while self._limit is None or self._seen < self._limit:
                    await self._show(consumer, console)
                    live.update(self._status())
        finally:
            measuring.cancel()
            await consumer.stop()

    async def _show(self, consumer: AIOKafkaConsumer, console: Console) -> None:
        arrived = await consumer.getmany(timeout_ms=250)
        values = [record.value for records in arrived.values() for record in records]
        if self._brand is not None:
            values = [value for value in values if _brand(value) == self._brand]
        if self._limit is not None:
            values = values[: self._limit - self._seen]
        self._arrivals.append((time.monotonic(), len(values)))
        self._seen += len(values)
        step = max(len(values) * 4 // _SHOWN_A_SECOND, 1)
        for value in values[::step]:
            console.print(_line(ScoredTweet.model_validate_json(value)))

    async def _measure_lag(self) -> None:
        settings = self._settings
        while True:
            try:
                lags = await group_lag(settings, settings.group, settings.topic(TWEETS))
                self._lag = sum(lags.values())
            except KafkaError:
                self._lag = None
            await asyncio.sleep(_LAG_EVERY_SECONDS)

    def _status(self) -> Text:
        since = time.monotonic() - _WINDOW_SECONDS
        while self._arrivals and self._arrivals[0][0] < since:
            self._arrivals.popleft()
        rate = sum(amount for _, amount in self._arrivals) / _WINDOW_SECONDS
        lag = "unknown" if self._lag is None else f"{self._lag:,}"
        return Text(f"{self._seen:,} scored, {rate:,.0f}/s, lag {lag}", style="bold")


def _brand(value: bytes) -> str | None:
    """Most results are not shown: the whole of one is read only then."""
    brand: str | None = orjson.loads(value).get("brand")
    return brand


def _line(tweet: ScoredTweet) -> Text:
    p = "     " if tweet.p_negative is None else f"{tweet.p_negative:5.3f}"
    head = Text(f"{tweet.label:<11} {p} v{tweet.model_version}  ", _COLOURS[tweet.label])
    return head + Text(" ".join(tweet.text.split()), "default")
