"""The open pages: each has a short queue of news; one that cannot keep up is disconnected."""

import asyncio
from collections.abc import AsyncIterator, Callable

import orjson

_QUEUE = 16
_KEEP_ALIVE_SECONDS = 15.0
_KEEP_ALIVE = b": still here\n\n"

_Queue = asyncio.Queue[bytes | None]


class Clients:
    """Everyone who listens.

    Args:
        most: pages open at the same time.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._queues: set[_Queue] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._queues)

    @property
    def full(self) -> bool:
        """Whether no further page can listen."""
        return self._closed or len(self._queues) >= self._most

    def send(self, event: bytes) -> None:
        """Queue an event for every page. A full queue ends its page's stream: the browser
        reconnects and starts with a new snapshot."""
        for queue in list(self._queues):
            if queue.full():
                self._end(queue)
            else:
                queue.put_nowait(event)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closed = True
        for queue in list(self._queues):
            self._end(queue)

    async def listen(self, first: Callable[[], bytes]) -> AsyncIterator[bytes]:
        """The stream of one page: what `first` gives, then all that is sent."""
        queue: _Queue = asyncio.Queue(_QUEUE)
        self._queues.add(queue)
        try:
            yield first()
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), _KEEP_ALIVE_SECONDS)
                except TimeoutError:
                    event = _KEEP_ALIVE
                if event is None:
                    return
                yield event
        finally:
            self._queues.discard(queue)

    def _end(self, queue: _Queue) -> None:
        self._queues.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)


def event(name: str, content: object) -> bytes:
    """A server-sent event; JSON has no line breaks of its own, so one data line suffices."""
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(content) + b"\n\n"
