"""`badbuzz api`: serve until told to stop, then finish what was accepted."""

import errno
import logging
import signal
import socket
import sys
from types import FrameType

import click
import uvicorn

from api.app import create_app, serve
from api.listen import require_keys_beyond_loopback
from api.logs import set_up
from api.service import Service
from api.settings import ApiSettings
from sentiment.errors import SettingsError
from sentiment.settings import load_settings

log = logging.getLogger("api")

_SWITCH_S = 0.001


class _Server(uvicorn.Server):
    """Ends the pages' endless streams first: the server waits for all others to finish."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # Unlike its parent it forgets the signal, so that a stop that was asked for ends with 0.
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

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
def command(host: str | None, port: int | None) -> None:
    """Serve predictions, feedback and the live page."""
    settings = load_settings(ApiSettings)
    settings.api_host = host or settings.api_host
    settings.api_port = settings.api_port if port is None else port
    set_up(settings.log_level)
    app = create_app(settings)
    require_keys_beyond_loopback(settings.api_host, bool(app.state.service.gate.keys))
    # A thread that scores gives the interpreter back to the event loop after 1 ms, not 5.
    sys.setswitchinterval(_SWITCH_S)
    config = uvicorn.Config(
        serve(app),
        host=settings.api_host,
        port=settings.api_port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(settings.api_shutdown_seconds),
    )
    _Server(config, app.state.service).run(sockets=[_bind(settings)])


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
