"""`badbuzz worker`: scores the stream until it is stopped."""

import asyncio
import ctypes
import gc
import sys
from contextlib import suppress
from pathlib import Path

import click
import faust
from prometheus_client import REGISTRY

from sentiment.errors import SettingsError
from sentiment.logs import log_file_option, set_up_logs
from sentiment.settings import load_settings
from sentiment.shutdown import exit_within
from stream.app import StreamApp
from stream.kafka.aiokafka_internals import silence_expected_errors
from stream.kafka.topics import checked_topics
from stream.settings import StreamSettings
from stream.worker import build_app

_M_ARENA_MAX = -8
_SWITCH_SECONDS = 0.02
_STOP_SECONDS = 9.0


@click.command()
@log_file_option
def worker(log_file: Path | None) -> None:
    """Score the tweets of the topic, each once, until Ctrl-C or SIGTERM."""
    _share_heaps()
    # Threads that parse take turns less often than the default of 5 ms, and get more done.
    sys.setswitchinterval(_SWITCH_SECONDS)
    settings = load_settings(StreamSettings)
    set_up_logs(settings, log_file)
    silence_expected_errors()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    app = loop.run_until_complete(_prepare(settings))
    _collect_rarely()
    faust_worker = _Worker(app, loop=loop, override_logging=False, quiet=True)
    faust_worker.spinner = None  # it writes signs for terminals into logs
    faust_worker.execute_from_commandline()


class _Worker(faust.Worker):
    """Ends within a bounded time of SIGTERM, even while a thread hangs in a model."""

    async def stop(self) -> None:
        exit_within(_STOP_SECONDS)
        await super().stop()


async def _prepare(settings: StreamSettings) -> StreamApp:
    """Check what the worker stands on, so that it starts with a clear error or not at all."""
    _make_folder(settings.state_dir)
    app = build_app(settings, await checked_topics(settings), REGISTRY)
    await app.brands.load()  # what is scored before would be mentioned nowhere
    await app.champion.start()
    return app


def _collect_rarely() -> None:
    """Tens of thousands of records are on their way at any time, none of them in a cycle.

    By default Python looks through them for cycles after every 700 new objects, which took a
    quarter of the time of parsing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _share_heaps() -> None:
    """Let all threads that start from now on share two heaps.

    glibc gives each its own, and all of them stay half empty. As MALLOC_ARENA_MAX=2 (mallopt(3)).
    """
    with suppress(OSError, AttributeError):  # another C library has no such call
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"BADBUZZ_STATE_DIR={path}: {error}; name a folder that this user can write."
        ) from error
