"""`badbuzz replay`: pushes tweets from a file to the topic, as a producer would."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from sentiment import terminal
from sentiment.errors import DataError, SettingsError
from sentiment.printable import printable
from sentiment.reading.bytes_of_files import STANDARD_INPUT
from sentiment.reading.options import tweet_file_options
from sentiment.reading.table_format import Kind, TableFormat
from sentiment.reading.tweet_columns import TweetColumns
from sentiment.reading.tweets import Nulled
from sentiment.settings import Settings, load_settings
from stream.replay.sender import (
    Due,
    Item,
    Sender,
    all_at_once,
    as_they_come,
    by_rate,
    by_time,
    in_order,
)
from stream.replay.tweet_files import SENTIMENT140, read_tweets, sample_history


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--kind", type=click.Choice(["csv", "jsonl", "json"]), help="Detected by default.")
@click.option("--rate", type=click.FloatRange(0, min_open=True), help="Tweets a second.")
@click.option(
    "--speed",
    type=click.FloatRange(0, min_open=True),
    help="Replay at N times the original pace; a file in the order of its times.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Stop after so many tweets.")
@click.option("--shuffle", is_flag=True, help="In random order (Sentiment140 is sorted by label).")
@click.option("--brand", help="The brand of all tweets.")
@tweet_file_options
def replay(
    *,
    file: Path | None,
    kind: Kind | None,
    rate: float | None,
    speed: float | None,
    limit: int | None,
    shuffle: bool,
    brand: str | None,
    text_column: str | None,
    time_column: str | None,
    brand_column: str | None,
    **written: Any,
) -> None:
    """Push the tweets of FILE to Kafka: CSV, JSON Lines, JSON; .gz, .zip; - is standard input.

    Without FILE: data/training.1600000.processed.noemoticon.csv, shuffled, where it is there,
    else the project's own made-up sample. Each tweet gets the time at which it is sent; --speed
    keeps the times of the file: --speed 50000 sends a week in twelve seconds. Exit code 1 where
    nothing was sent.
    """
    settings = load_settings(Settings)
    console = terminal.console(stderr=True)
    columns = TweetColumns(text_column, time_column, brand_column)
    table = TableFormat(**written, kind=kind)
    nulled: Nulled = Counter()
    items = _items(file, table, columns, shuffle, settings, nulled, console)
    items = islice(items, limit) if limit else items
    if speed and str(file) != STANDARD_INPUT:
        items = iter(in_order(items))
    paced = by_time(items, speed) if speed else by_rate(items, rate)
    come = as_they_come(paced) if str(file) == STANDARD_INPUT else all_at_once(paced)
    sender = Sender(settings, brand, keep_times=speed is not None)
    is_sent = _send(sender, come, limit, nulled, console)
    if file is not None and sender.restamped:
        console.print(f"{sender.restamped:,} tweets got the time of now; --speed keeps the file's.")
    if is_sent:
        _require_some(sender, file)


def _send(
    sender: Sender, items: AsyncIterator[Due], limit: int | None, nulled: Nulled, console: Console
) -> bool:
    """Send with a bar of progress, and report; False where the user stopped it."""
    started = time.monotonic()
    try:
        with _progress(console) as progress:
            bar = progress.add_task("replay", total=limit)
            asyncio.run(sender.run(items, lambda: progress.update(bar, advance=1)))
        return True
    except KeyboardInterrupt:
        console.print("stopped")
        return False
    finally:
        _report(sender, nulled, time.monotonic() - started, console)


def _items(
    file: Path | None, table: TableFormat, columns: TweetColumns, shuffle: bool, settings: Settings,
    nulled: Nulled, console: Console,
) -> Iterator[Item]:  # fmt: skip
    real = Path("data") / SENTIMENT140
    if file is None and not real.is_file():
        console.print(f"{real} is not there: replaying the project's own made-up tweets.")
        return sample_history()
    path = file or real
    if str(path) == STANDARD_INPUT and shuffle:
        raise SettingsError("--shuffle needs a file, got standard input; leave one of them out.")
    return read_tweets(
        path, table, columns, settings.max_text_chars, shuffle or file is None, nulled
    )


def _require_some(sender: Sender, file: Path | None) -> None:
    if sender.acknowledged:
        return
    first = sender.first_refusal
    raise DataError(
        f"nothing of {file} was sent; "
        + (f"the first refusal: {first.reason}: {first.detail}" if first else "it holds no row.")
    )


def _report(sender: Sender, nulled: Nulled, seconds: float, console: Console) -> None:
    reasons = ", ".join(f"{amount:,} {reason}" for reason, amount in sender.refused.items())
    console.print(
        f"sent {sender.acknowledged:,}, refused {sum(sender.refused.values()):,}"
        + (f" ({reasons})" if reasons else "")
        + f" in {seconds:.1f} s, {sender.acknowledged / max(seconds, 1e-9):,.0f} tweets/s"
    )
    if sender.first_refusal and sender.acknowledged:
        console.print(f"the first refusal: {printable(sender.first_refusal.detail)}")
    for (field, fault), amount in nulled.items():
        console.print(f"{amount:,} times {field} could not be read ({fault}) and was left out")


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console, transient=True)
