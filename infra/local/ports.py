"""Ports on the loopback address: a free one, and who holds a taken one."""

import socket

import psutil

from sentiment.errors import StackError

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


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
    """Name the process that listens on `port`, or None when the system does not tell."""
    try:
        connections = psutil.net_connections(kind="tcp")
        listening = (c for c in connections if c.status == psutil.CONN_LISTEN)
        pid = next(c.pid for c in listening if tuple(c.laddr)[1:] == (port,))
        return f"{psutil.Process(pid).name()} (process {pid})" if pid else None
    except (psutil.Error, StopIteration):
        return None
