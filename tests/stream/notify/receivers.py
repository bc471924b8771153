"""A real receiver of webhooks and a real mail server, on free ports, for tests."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from infra.local.ports import free_port


@dataclass(frozen=True)
class Call:
    """One request: its path, its headers (lower-cased) and its body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def key(self) -> str:
        """Its idempotency key."""
        return self.headers["idempotency-key"]

    @property
    def alert(self) -> dict[str, Any]:
        """Its body, read."""
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class WebhookReceiver:
    """Keeps every call; `answer` says with which status, and headers, it answers.

    Args:
        answer: called with each request; may take its time.
        port: 0: any that is free.
    """

    answer: Callable[[Call], tuple[int, dict[str, str]]] = lambda _: (204, {})
    port: int = 0
    calls: list[Call] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens; the query is a token that nobody else may read."""
        return f"http://127.0.0.1:{self.port}/alerts?token=of-the-url"

    def __enter__(self) -> Self:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                call = Call(self.path, headers, body)
                receiver.calls.append(call)
                status, more = receiver.answer(call)
                try:
                    self.send_response(status)
                    for name, value in {"content-length": "0", **more}.items():
                        self.send_header(name, value)
                    self.end_headers()
                except OSError:  # the caller was killed
                    return

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class MailServer:
    """Keeps every letter; `answer` is what it says to each recipient and at the end of a letter.

    Args:
        options: of aiosmtpd's SMTP, such as `tls_context` and `authenticator`.
    """

    def __init__(self, **options: Any) -> None:
        self.letters: list[EmailMessage] = []
        self.readers: list[list[str]] = []
        self.at_recipient = "250 OK"
        self.at_end = "250 OK"
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)

    async def handle_RCPT(
        self, _server: object, _session: object, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        """Called by aiosmtpd for each recipient."""
        if self.at_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_recipient

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:
        """Called by aiosmtpd with each letter."""
        if self.at_end.startswith("250"):
            letter = message_from_bytes(envelope.content or b"", policy=default)
            assert isinstance(letter, EmailMessage)
            self.letters.append(letter)
            self.readers.append(list(envelope.rcpt_tos))
        return self.at_end

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()
