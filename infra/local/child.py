"""A running part of the stack: its process group, its prefixed output, and its end."""

import asyncio
import os
import signal
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Self

from infra.local.process import signal_group

_LONGEST_LINE = 1024 * 1024
_KEPT_LINES = 15
_LAST_OUTPUT_SECONDS = 2.0


class Child:
    """A process in a group of its own, so that a Ctrl-C in the terminal does not reach it."""

    def __init__(self, process: asyncio.subprocess.Process, say: Callable[[str], None]) -> None:
        self._process = process
        self._say = say
        self._last: deque[str] = deque(maxlen=_KEPT_LINES)
        self._end = asyncio.create_task(self._watch())

    @classmethod
    async def start(
        cls, argv: Sequence[str], env: Mapping[str, str], say: Callable[[str], None]
    ) -> Self:
        """Start `argv`; each line of its output, stdout and stderr together, is given to `say`."""
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **env},
            start_new_session=True,
            limit=_LONGEST_LINE,
        )
        return cls(process, say)

    @property
    def pid(self) -> int:
        """Id of the process, and of its group."""
        return self._process.pid

    @property
    def last_lines(self) -> str:
        """The end of what it printed."""
        return "\n".join(self._last)

    async def wait(self) -> int:
        """Return the exit code once the process has ended; what it left in its group is killed."""
        return await asyncio.shield(self._end)

    async def stop(self, timeout_s: float) -> int:
        """End the group: SIGTERM, and SIGKILL to what is left after `timeout_s` seconds."""
        if self._end.done():
            return self._end.result()
        signal_group(self.pid, signal.SIGTERM)
        try:
            async with asyncio.timeout(timeout_s):
                return await self.wait()
        except TimeoutError:
            self._say(f"has not ended {timeout_s:.0f} s after SIGTERM: killing it")
            self.kill()
        return await self.wait()

    def kill(self) -> None:
        """Send SIGKILL to the group."""
        if not self._end.done():
            signal_group(self.pid, signal.SIGKILL)

    async def _watch(self) -> int:
        output = asyncio.create_task(self._forward())
        code = await self._process.wait()
        signal_group(self.pid, signal.SIGKILL)
        # Only what has left the group can still hold the pipe open.
        await asyncio.wait([output], timeout=_LAST_OUTPUT_SECONDS)
        output.cancel()
        return code

    async def _forward(self) -> None:
        while self._process.stdout is not None:
            try:
                raw = await self._process.stdout.readline()
            except ValueError:
                raw = f"(a line of more than {_LONGEST_LINE} bytes is left out)".encode()
            if not raw:
                return
            line = raw.decode(errors="replace").rstrip()
            self._last.append(line)
            self._say(line)
