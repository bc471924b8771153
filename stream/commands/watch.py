"""`badbuzz watch`: scored tweets in the terminal, as they come."""

import asyncio
import time
from collections import deque

import click
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

    When they come fast, some are shown and all are counted.
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
        tweets = [record for records in arrived.values() for record in records]
        self._arrivals.append((time.monotonic(), len(tweets)))
        self._seen += len(tweets)
        step = max(len(tweets) * 4 // _SHOWN_A_SECOND, 1)
        for record in tweets[::step]:
            tweet = ScoredTweet.model_validate_json(record.value)
            if self._brand is None or tweet.brand == self._brand:
                console.print(_line(tweet))

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


def _line(tweet: ScoredTweet) -> Text:
    p = "     " if tweet.p_negative is None else f"{tweet.p_negative:5.3f}"
    head = Text(f"{tweet.label:<11} {p} v{tweet.model_version}  ", _COLOURS[tweet.label])
    return head + Text(" ".join(tweet.text.split()), "default")
