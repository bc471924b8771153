"""Ports on the loopback address: a free one, and who holds a taken one."""

import random
import socket
from contextlib import suppress

import psutil

from sentiment.errors import StackError

LOOPBACK = "127.0.0.1"
_PORTS = range(20_000, 32_000)
"""Where `free_port` looks: below all that systems give to outgoing connections. Of those, one could
take the port before its service does; and to a service that is down, connect with itself."""
_given: set[int] = set()
"""Ports that `free_port` has returned: their services may not listen yet."""


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nothing listens on now, and another one at each call.

    Raises:
        StackError: there is none among those of `_PORTS`.
    """
    for port in random.sample(_PORTS, len(_PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind((LOOPBACK, port))
            if port not in _given:
                _given.add(port)
                return port
    raise StackError(f"no port of {LOOPBACK} from {_PORTS[0]} to {_PORTS[-1]} is free.")


def require_free(port: int, service: str, setting: str) -> None:
    """Raise StackError when `port` of 127.0.0.1 is taken, naming its holder where that is known.

    Args:
        port: TCP port that `service` is about to listen on.
        service: name for the message, for example ``Kafka``.
        setting: environment variable that moves the service to another port.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            holder = port_holder(port) or "another process"
            raise StackError(
                f"{service} needs port {port} of {LOOPBACK}, which is taken by {holder} ({error}). "
                f"Stop that process, or set {setting} to another port."
            ) from error


def port_holder(port: int) -> str | None:
    """Name the process that listens on `port`, or None if the system does not say."""
    try:
        connections = psutil.net_connections(kind="tcp")
        listening = (c for c in connections if c.status == psutil.CONN_LISTEN)
        pid = next(c.pid for c in listening if tuple(c.laddr)[1:] == (port,))
        return f"{psutil.Process(pid).name()} (process {pid})" if pid else None
    except (psutil.Error, StopIteration):
        return None
