"""`badbuzz worker`: scores the stream until it is told to stop."""

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
from sentiment.logs import set_up_logs
from sentiment.settings import load_settings
from stream.app import StreamApp, build_app
from stream.settings import StreamSettings
from stream.topics import checked_topics

_M_ARENA_MAX = -8
_SWITCH_SECONDS = 0.02


@click.command()
def worker() -> None:
    """Score the tweets of the topic, each once, until Ctrl-C or SIGTERM."""
    _share_heaps()
    # Threads that parse take turns less often than by default, 5 ms, and get more done.
    sys.setswitchinterval(_SWITCH_SECONDS)
    settings = load_settings(StreamSettings)
    set_up_logs(settings.log_level)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    app = loop.run_until_complete(_prepare(settings))
    _collect_rarely()
    faust.Worker(app, loop=loop, override_logging=False, quiet=True).execute_from_commandline()


async def _prepare(settings: StreamSettings) -> StreamApp:
    """Check what the worker stands on, so that it starts with a clear error or not at all."""
    _make_folder(settings.state_dir)
    app = build_app(settings, await checked_topics(settings), REGISTRY)
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
