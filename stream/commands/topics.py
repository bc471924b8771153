"""`badbuzz topics`: makes and checks the topics."""

import asyncio

import click

from sentiment.settings import Settings, load_settings
from stream.kafka.topics import check_topics, create_topics, created_topics


@click.group()
def topics() -> None:
    """Make and check the topics of this installation."""


@topics.command()
def create() -> None:
    """Create the topics that are missing; the others stay as they are."""
    settings = load_settings(Settings)
    created = asyncio.run(create_topics(settings))
    for name in created:
        click.echo(f"created {name}")
    found = asyncio.run(created_topics(settings))
    click.echo(f"{len(found)} topics are as they should be")


@topics.command()
def check() -> None:
    """Check all topics; exit code 1 and what to do where one is missing or wrong."""
    for name, partitions in asyncio.run(check_topics(load_settings(Settings))).items():
        click.echo(f"{name}: {partitions} partitions")
