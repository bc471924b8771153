"""`badbuzz notify`: sends alerts to a webhook and by e-mail until it is stopped."""

import asyncio
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click
from prometheus_client import REGISTRY, start_http_server

from sentiment.errors import SettingsError
from sentiment.logs import log_file_option, set_up_logs
from sentiment.settings import load_settings
from sentiment.shutdown import exit_within
from stream.kafka.topics import checked_topics
from stream.notify.channel import Channel, NotTakenError
from stream.notify.channels import open_channels
from stream.notify.metrics import NotifyMetrics
from stream.notify.mutes import Mutes
from stream.notify.notifier import Notifier
from stream.notify.settings import NotifySettings
from stream.notify.texts import texts_in
from stream.notify.trial import trial_notification

_STOP_SECONDS = 9.0


@click.command()
@click.option("--trial", is_flag=True, help="Send one made-up alert now, and say how it went.")
@log_file_option
def notify(trial: bool, log_file: Path | None) -> None:
    """Send alerts to a webhook and by e-mail, as the settings say, until Ctrl-C or SIGTERM."""
    settings = load_settings(NotifySettings)
    set_up_logs(settings, log_file)
    asyncio.run(_try_out(settings) if trial else _serve(settings))


async def _serve(settings: NotifySettings) -> None:
    channels = open_channels(settings)
    metrics = NotifyMetrics(REGISTRY, [channel.name for channel in channels])
    working = asyncio.ensure_future(_work(settings, channels, metrics))
    loop = asyncio.get_running_loop()

    def stop() -> None:
        exit_within(_STOP_SECONDS)
        working.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    _listen(settings)
    with suppress(asyncio.CancelledError):
        await working


async def _work(
    settings: NotifySettings, channels: Sequence[Channel], metrics: NotifyMetrics
) -> None:
    await checked_topics(settings)
    mutes = Mutes(settings)
    notifiers = [Notifier(settings, channel, metrics, mutes) for channel in channels]
    click.echo(f"Alerts go by {' and '.join(channel.name for channel in channels)}.")
    async with asyncio.TaskGroup() as together:
        together.create_task(mutes.run())
        for notifier in notifiers:
            together.create_task(notifier.run())


def _listen(settings: NotifySettings) -> None:
    if not settings.notify_port:
        return
    try:
        start_http_server(settings.notify_port, settings.notify_host)
    except OSError as error:
        raise SettingsError(
            f"BADBUZZ_NOTIFY_HOST={settings.notify_host}, BADBUZZ_NOTIFY_PORT="
            f"{settings.notify_port}: {error}; name a port that is free, or 0 for none."
        ) from error


async def _try_out(settings: NotifySettings) -> None:
    notification, failed = trial_notification(texts_in(settings.notify_language)), []
    for channel in open_channels(settings):
        try:
            await channel.send(notification)
            click.echo(f"{channel.name}: taken.")
        except NotTakenError as error:
            failed.append(f"{channel.name}: not taken ({error})")
        finally:
            await channel.close()
    if failed:
        raise SettingsError("; ".join(failed) + ".")
