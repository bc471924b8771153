"""Runs the parts of the stack: in order, each when what it needs is ready, ended in reverse.

Written here because no well-kept supervisor has all that this needs. circus ends its processes
all at once and knows readiness only as a call that blocks its loop; honcho restarts nothing;
neither honcho nor supervisord knows readiness.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence

from infra.local.child import Child
from infra.local.service import Part, Service, Task
from sentiment.errors import StackError

_POLL_SECONDS = 0.2
_FIRST_BACKOFF_SECONDS = 1.0
_LONGEST_BACKOFF_SECONDS = 30.0
_STEADY_SECONDS = 60.0


class PartError(StackError):
    """A part failed.

    Args:
        name: of the part.
        fault: what happened, after the name.
        last_lines: the end of what the part printed.
    """

    def __init__(self, name: str, fault: str, last_lines: str) -> None:
        super().__init__(f"{name} {fault}. The end of its output:\n{last_lines}")
        self.fault = fault


class Supervisor:
    """Starts parts, gates them on readiness, restarts services that end, and stops them all.

    Args:
        parts: in the order of start; what a part comes after stands before it. They are stopped
            in the reverse order.
        say: prints a line of the part that is named.
        on_ready: called once, when all services are ready.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        say: Callable[[str, str], None],
        on_ready: Callable[[], None] = lambda: None,
    ) -> None:
        _require_order(parts)
        self._parts = parts
        self._say = say
        self._on_ready = on_ready
        self._settled = {part.name: asyncio.Event() for part in parts}
        self._children: dict[str, Child] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set, then end every part in order.

        Raises:
            StackError: a required part failed at its start; all parts have been ended.
        """
        stopping = asyncio.create_task(stop.wait())
        runs = [asyncio.create_task(self._run(part)) for part in self._parts]
        runs.append(asyncio.create_task(self._announce()))
        try:
            await _until_failure(stopping, runs)
        finally:
            for task in (stopping, *runs):
                task.cancel()
            await asyncio.gather(stopping, *runs, return_exceptions=True)
            await self._stop_all()

    def kill(self) -> None:
        """End every part at once with SIGKILL, for a person who does not want to wait."""
        for child in self._children.values():
            child.kill()

    async def _stop_all(self) -> None:
        for part in reversed(self._parts):
            if child := self._children.get(part.name):
                code = await child.stop(part.stop_timeout_s)
                self._say(part.name, f"stopped ({describe_exit(code)})")

    async def _announce(self) -> None:
        for part in self._parts:
            if isinstance(part, Service):
                await self._settled[part.name].wait()
        self._on_ready()

    async def _run(self, part: Part) -> None:
        for name in part.after:
            await self._settled[name].wait()
        try:
            if isinstance(part, Task):
                await self._run_task(part)
            elif isinstance(part, Service):
                await self._run_service(part)
        except StackError as error:
            if part.required:
                raise
            self._say(part.name, f"{_in_short(error)}. {part.otherwise}")
            self._settled[part.name].set()

    async def _run_task(self, task: Task) -> None:
        child = await self._start(task)
        try:
            async with asyncio.timeout(task.timeout_s):
                code = await child.wait()
        except TimeoutError:
            await self._end(task)
            fault = f"was not done after {task.timeout_s:g} s"
            raise PartError(task.name, fault, child.last_lines) from None
        del self._children[task.name]
        if code != 0:
            raise PartError(task.name, describe_exit(code), child.last_lines)
        self._settled[task.name].set()

    async def _run_service(self, service: Service) -> None:
        backoff_s = 0.0
        while True:
            started = time.monotonic()
            try:
                child = await self._start_ready(service)
                self._settled[service.name].set()
                code = await child.wait()
                if code == 0 and service.may_end:
                    return
                reason = describe_exit(code)
            except StackError as error:
                if not self._settled[service.name].is_set():
                    raise
                reason = _in_short(error)
            backoff_s = next_backoff(backoff_s, time.monotonic() - started)
            self._say(service.name, f"{reason}; starting it again in {backoff_s:.0f} s")
            await asyncio.sleep(backoff_s)

    async def _start_ready(self, service: Service) -> Child:
        child = await self._start(service)
        try:
            async with asyncio.timeout(service.ready_timeout_s):
                await _ready_or_ended(service, child)
        except TimeoutError:
            await self._end(service)
            fault = f"was not ready after {service.ready_timeout_s:g} s"
            raise PartError(service.name, fault, child.last_lines) from None
        self._say(service.name, "is ready")
        return child

    async def _start(self, part: Part) -> Child:
        argv = await asyncio.to_thread(_prepare, part)

        def say(line: str) -> None:
            self._say(part.name, line)

        try:
            child = await Child.start(argv, part.env, say)
        except OSError as error:
            raise StackError(f"{part.name} cannot be started as {argv[0]}: {error}.") from error
        self._children[part.name] = child
        return child

    async def _end(self, part: Part) -> None:
        await self._children[part.name].stop(part.stop_timeout_s)
        del self._children[part.name]


def next_backoff(last_s: float, ran_s: float) -> float:
    """Return the wait before the next start, in seconds: doubled each time, from 1 to 30.

    Args:
        last_s: the wait before the last start; 0 when there was none.
        ran_s: how long the service then ran; after a minute the waits start over.
    """
    if ran_s > _STEADY_SECONDS or last_s == 0:
        return _FIRST_BACKOFF_SECONDS
    return min(last_s * 2, _LONGEST_BACKOFF_SECONDS)


def describe_exit(code: int) -> str:
    """Put an exit code into words: negative codes are signals."""
    return f"ended by signal {-code}" if code < 0 else f"ended with exit code {code}"


def _prepare(part: Part) -> Sequence[str]:
    part.check()
    return part.command()


async def _ready_or_ended(service: Service, child: Child) -> None:
    end = asyncio.create_task(child.wait())
    try:
        while not await asyncio.to_thread(service.ready):
            await asyncio.wait([end], timeout=_POLL_SECONDS)
            if end.done():
                fault = f"{describe_exit(end.result())} before it was ready"
                raise PartError(service.name, fault, child.last_lines)
    finally:
        end.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await end


async def _until_failure(stopping: asyncio.Task[bool], runs: list[asyncio.Task[None]]) -> None:
    pending: set[asyncio.Task[None]] = set(runs)
    while not stopping.done():
        done, _ = await asyncio.wait({stopping, *pending}, return_when=asyncio.FIRST_COMPLETED)
        for task in done & pending:
            pending.discard(task)
            task.result()


def _in_short(error: StackError) -> str:
    """Leave out what has been printed, behind its name, as it came."""
    return error.fault if isinstance(error, PartError) else str(error).removesuffix(".")


def _require_order(parts: Sequence[Part]) -> None:
    seen: set[str] = set()
    for part in parts:
        if part.name in seen or not seen.issuperset(part.after):
            raise ValueError(f"{part.name} must occur once, and after {', '.join(part.after)}")
        seen.add(part.name)
