"""`badbuzz demo`: plays a crisis of three made-up brands against any installation."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import click

from sentiment.brands.catalogue import BrandCatalogue
from sentiment.messages import Tweet
from sentiment.printable import printable
from sentiment.settings import Settings, load_settings
from stream.demo.play import LEAD, SPEED, Demo
from stream.replay.sender import Due, Sender

_LOOK_SECONDS = 0.5


@click.command()
@click.option("--seed", default=1, show_default=True, help="Another one plays other tweets.")
@click.option("--seconds", type=click.FloatRange(0), help="Stop after this time.")
@click.option("--beside-brands", is_flag=True, help="Play although brands of your own are watched.")
def demo(seed: int, seconds: float | None, beside_brands: bool) -> None:
    """Play a demonstration: three made-up brands, a crisis, praise. Ctrl-C ends it.

    The brands get a past of eight days first, so that they can be watched at once. Six hours then
    pass in six minutes, with a crisis in the first two; after that the tweets come in real time.
    The first brand of your own ends it, whichever way it is added.
    """
    settings = load_settings(Settings)
    own = None if beside_brands else BrandCatalogue(settings)
    sender = Sender(settings, None, keep_times=True)
    click.echo(
        f"Demonstration: made-up tweets about made-up brands. {LEAD.seconds // 3600} hours pass "
        f"{SPEED} times as fast, then they come as on any day."
    )
    try:
        brand = asyncio.run(_play_until_own(sender, Demo(seed), seconds, own))
    except KeyboardInterrupt:
        click.echo("The demonstration has ended.")
        return
    if brand is not None:
        click.echo(
            f"The demonstration has ended: {printable(brand)} is watched. "
            "`badbuzz demo --beside-brands` plays it all the same."
        )


async def _play_until_own(
    sender: Sender, demo: Demo, seconds: float | None, own: BrandCatalogue | None
) -> str | None:
    """Play; returns the brand of the user's own that ended it."""
    if own is None:
        await _play(sender, demo, seconds)
        return None
    playing = asyncio.create_task(_play(sender, demo, seconds))
    waiting = asyncio.create_task(_first_brand(own))
    done, others = await asyncio.wait((playing, waiting), return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    if playing in done:
        await playing
        return None
    return await waiting


async def _first_brand(own: BrandCatalogue) -> str:
    """Return once a brand is watched."""
    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(own.follow())
        while not own.brands:  # noqa: ASYNC110 - a catalogue tells nobody
            await asyncio.sleep(_LOOK_SECONDS)
        following.cancel()
    return min(own.brands)


async def _play(sender: Sender, demo: Demo, seconds: float | None) -> None:
    await sender.run(_all_of(demo.past()), lambda: None)
    await sender.run(_until(demo.story(), seconds), lambda: None)


async def _all_of(tweets: Iterator[Tweet]) -> AsyncIterator[Due]:
    for tweet in tweets:
        yield 0.0, tweet


async def _until(story: Iterator[tuple[float, Tweet]], seconds: float | None) -> AsyncIterator[Due]:
    for due, tweet in story:
        if seconds is not None and due > seconds:
            return
        yield due, tweet
