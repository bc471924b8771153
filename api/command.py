"""`badbuzz api`: serve until a signal to stop, then finish the accepted requests."""

import errno
import logging
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from types import FrameType

import click
import uvicorn
from fastapi import FastAPI

from api.app import create_app, serve
from api.connections import Limits, limited
from api.listen import require_keys_beyond_loopback
from api.service import Service
from api.settings import ApiSettings
from sentiment.errors import SettingsError
from sentiment.logs import log_file_option, set_up_logs
from sentiment.settings import load_settings

log = logging.getLogger("api")

_SWITCH_SECONDS = 0.001
_LAST_RESORT_SECONDS = 2.0


class _Server(uvicorn.Server):
    """Ends the pages' endless streams first: the server waits for all others to finish."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service
        self._last_resort: threading.Timer | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # Unlike its parent it forgets the signal, so that a stop that was asked for ends with 0.
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True
        self._end_in_time()

    def _end_in_time(self) -> None:
        """A thread that waits for MLflow cannot be stopped, and Python would wait for it."""
        if self._last_resort is None:
            seconds = self._service.settings.api_shutdown_seconds + _LAST_RESORT_SECONDS
            self._last_resort = threading.Timer(seconds, _leave)
            self._last_resort.daemon = True
            self._last_resort.start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._service.live.clients.close()
        await super().shutdown(sockets)


@click.command("api")
@click.option("--host", help="Address to listen at; default: BADBUZZ_API_HOST, or loopback.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    help="TCP port; default: BADBUZZ_API_PORT, or 8000.",
)
@log_file_option
def command(host: str | None, port: int | None, log_file: Path | None) -> None:
    """Serve predictions, feedback and the live page."""
    settings = load_settings(ApiSettings)
    settings.api_host = host or settings.api_host
    settings.api_port = settings.api_port if port is None else port
    set_up_logs(settings, log_file, hide_errors=True)
    # While a broker is down, aiokafka logs an error at every try; our own lines say it once.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    app = create_app(settings)
    require_keys_beyond_loopback(settings.api_host, bool(app.state.service.gate.keys))
    # A thread that scores gives the interpreter back to the event loop after 1 ms, not 5.
    sys.setswitchinterval(_SWITCH_SECONDS)
    config = _uvicorn_config(app, settings)
    _Server(config, app.state.service).run(sockets=[_bind(settings)])


def _leave() -> None:
    log.warning("Something still waits; the process ends without it.")
    os._exit(0)


def _uvicorn_config(app: FastAPI, settings: ApiSettings) -> uvicorn.Config:
    service: Service = app.state.service
    limits = Limits(
        header_bytes=settings.api_max_header_bytes,
        header_seconds=settings.api_header_seconds,
        body_seconds=settings.api_body_seconds,
        reader_seconds=settings.api_reader_seconds,
        connections=settings.api_connections,
    )
    return uvicorn.Config(
        serve(app),
        host=settings.api_host,
        port=settings.api_port,
        loop="uvloop",
        http=limited(limits, service.metrics.cut_connections),
        ws="none",
        # uvicorn's own default believes whoever calls from this machine.
        proxy_headers=bool(settings.api_proxies),
        forwarded_allow_ips=settings.api_proxies,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(settings.api_shutdown_seconds),
    )


def _bind(settings: ApiSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.api_host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.api_host, settings.api_port))
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"cannot listen at {settings.api_host}:{settings.api_port} ({error.strerror}); "
            f"{_way_out(error)}."
        ) from error
    host, port = listener.getsockname()[:2]
    log.info("The API listens at http://%s:%d", host, port)
    return listener


def _way_out(error: OSError) -> str:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return "set BADBUZZ_API_HOST to an address of this machine"
    return "stop what listens there, or set BADBUZZ_API_PORT to a free port"
