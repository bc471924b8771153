"""`badbuzz watch`: scored tweets in the terminal, as they come."""

import asyncio
import time
from collections import deque

import click
import orjson
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from pydantic import ValidationError
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from sentiment import terminal
from sentiment.errors import TopicError
from sentiment.kafka_records import TolerantConsumer
from sentiment.messages import ScoredTweet
from sentiment.printable import printable
from sentiment.settings import load_settings
from sentiment.topics import SCORED, TWEETS
from stream.kafka.lag import group_lag
from stream.settings import StreamSettings

_COLOURS = {
    "negative": "red",
    "neutral": "blue",
    "positive": "green",
    "uncertain": "yellow",
    "unsupported": "dim",
}
_WINDOW_SECONDS = 5.0
_LAG_EVERY_SECONDS = 2.0
_SHOWN_A_SECOND = 20
_VERSION_CHARS = 12


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
        self._unreadable = 0

    async def run(self, from_beginning: bool) -> None:
        consumer = TolerantConsumer(
            self._settings.topic(SCORED),
            **self._settings.kafka_client,
            isolation_level="read_committed",
            auto_offset_reset="earliest" if from_beginning else "latest",
        )
        await consumer.start()
        measuring = asyncio.create_task(self._measure_lag())
        console = terminal.console()
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
        values = [record.value or b"" for records in arrived.values() for record in records]
        if self._brand is not None:
            values = [value for value in values if _brand(value) == self._brand]
        if self._limit is not None:
            values = values[: self._limit - self._seen]
        self._arrivals.append((time.monotonic(), len(values)))
        self._seen += len(values)
        step = max(len(values) * 4 // _SHOWN_A_SECOND, 1)
        for value in values[::step]:
            try:
                show(ScoredTweet.model_validate_json(value), console)
            except ValidationError:
                self._unreadable += 1

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
        line = f"{self._seen:,} scored, {rate:,.0f}/s, lag {lag}"
        if self._unreadable:
            line += f", {self._unreadable:,} of those looked at are no results"
        return Text(line, style="bold")


def _brand(value: bytes) -> object:
    """Most results are not shown: the whole of one is read only then."""
    try:
        record = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return record.get("brand") if isinstance(record, dict) else None


def show(tweet: ScoredTweet, console: Console) -> None:
    """Print a tweet: in a terminal its text has a column of its own, in a pipe it is one line."""
    version = printable(tweet.model_version)[:_VERSION_CHARS]
    p = "" if tweet.p_negative is None else f"{tweet.p_negative:.3f}"
    head = Text(f"{tweet.label:<11} {p:5} v{version}  ")
    head.stylize(_COLOURS[tweet.label])
    text = Text(printable(" ".join(tweet.text.split())))
    if not console.is_terminal:
        console.print(head + text, soft_wrap=True)
        return
    row = Table.grid()
    row.add_column(no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(head, text)
    console.print(row)
