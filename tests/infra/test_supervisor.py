"""The supervisor with small real processes: order, readiness, restart, failure and stop."""

import asyncio
import signal
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from infra.local.service import Part, Service, Task
from infra.local.supervisor import Supervisor, describe_exit, next_backoff
from sentiment.errors import StackError

# Notes its start; after a while, once so many have started, makes its file, by which it is ready;
# notes its end on SIGTERM.
_SERVER = """
    import pathlib, signal, sys, time
    name, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    def note(what):
        with open(folder / "events", "a") as file:
            file.write(f"{what} {name}\\n")
    def end(*_):
        note("stop")
        sys.exit(0)
    signal.signal(signal.SIGTERM, end)
    note("start")
    print("hello from", name)
    time.sleep(0.3)
    while (folder / "events").read_text().count("start") < int(sys.argv[3]):
        time.sleep(0.05)
    note("ready")
    (folder / name).touch()
    while True:
        signal.pause()
"""


def _python(script: str, *arguments: str) -> Callable[[], list[str]]:
    return lambda: [sys.executable, "-c", textwrap.dedent(script), *arguments]


def _server(
    name: str, folder: Path, *after: str, script: str = _SERVER, started: int = 1
) -> Service:
    def command() -> list[str]:
        (folder / name).unlink(missing_ok=True)
        return _python(script, name, str(folder), str(started))()

    return Service(name=name, command=command, ready=(folder / name).is_file, after=after)


def _task(name: str, script: str, *after: str, required: bool = True) -> Task:
    return Task(
        name=name,
        command=_python(script),
        after=after,
        required=required,
        otherwise="It goes on.",
        timeout_s=60,
    )


def _events(folder: Path) -> list[str]:
    return (folder / "events").read_text().splitlines()


class _Stack:
    """A supervisor in the background, and what it says."""

    def __init__(self, parts: list[Part]) -> None:
        self.lines: list[str] = []
        self.ready = asyncio.Event()
        self._stop = asyncio.Event()
        self.supervisor = Supervisor(
            parts, lambda name, line: self.lines.append(f"{name}: {line}"), self.ready.set
        )
        self.run = asyncio.create_task(self.supervisor.run(self._stop))

    async def until(self, happened: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not happened():
                assert not self.run.done(), self.run.result()
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        self._stop.set()
        async with asyncio.timeout(60):
            await self.run


def _running_children() -> set[psutil.Process]:
    return {
        child
        for child in psutil.Process().children(recursive=True)
        if child.status() != psutil.STATUS_ZOMBIE
    }


async def test_a_part_starts_when_what_it_needs_is_ready_and_stops_before_it(
    tmp_path: Path,
) -> None:
    stack = _Stack(
        [
            _server("one", tmp_path),
            _task("between", "print('done')", "one"),
            _server("two", tmp_path, "between"),
        ]
    )
    await stack.until(stack.ready.is_set)
    await stack.stop()
    assert _events(tmp_path) == [
        *("start one", "ready one", "start two", "ready two"),
        *("stop two", "stop one"),
    ]
    assert "one: hello from one" in stack.lines
    assert "between: done" in stack.lines


async def test_independent_services_start_side_by_side(tmp_path: Path) -> None:
    stack = _Stack([_server(name, tmp_path, started=2) for name in ("one", "two")])
    await stack.until(stack.ready.is_set)
    await stack.stop()
    assert {*_events(tmp_path)[:2]} == {"start one", "start two"}


async def test_a_killed_service_is_started_again_and_what_needs_it_is_left_alone(
    tmp_path: Path,
) -> None:
    stack = _Stack([_server("one", tmp_path), _server("two", tmp_path, "one")])
    await stack.until(stack.ready.is_set)
    (victim,) = (child for child in _running_children() if "one" in child.cmdline())
    victim.kill()
    await stack.until(lambda: _events(tmp_path).count("ready one") == 2)
    await stack.stop()
    assert "one: ended by signal 9; starting it again in 1 s" in stack.lines
    assert _events(tmp_path).count("start two") == 1


async def test_a_service_that_ends_before_it_is_ready_stops_the_stack_with_its_last_words(
    tmp_path: Path,
) -> None:
    broken = "import sys; sys.exit('no such setting')"
    stack = _Stack([_server("one", tmp_path), _server("two", tmp_path, "one", script=broken)])
    with pytest.raises(StackError, match=r"two ended with exit code 1(?s:.*)no such setting"):
        await stack.run
    assert _events(tmp_path)[-1] == "stop one"


async def test_a_service_that_is_never_ready_stops_the_stack(tmp_path: Path) -> None:
    late = Service(
        name="late",
        command=_python("import time; time.sleep(60)"),
        ready=lambda: False,
        ready_timeout_s=0.5,
    )
    before = _running_children()
    with pytest.raises(StackError, match=r"late was not ready after 0\.5 s"):
        await _Stack([late]).run
    assert _running_children() == before


async def test_a_failed_task_stops_the_stack_only_when_it_is_required(tmp_path: Path) -> None:
    failing = "import sys; sys.exit('no data')"
    stack = _Stack(
        [_task("data", failing, required=False), _server("one", tmp_path, "data")],
    )
    await stack.until(stack.ready.is_set)
    await stack.stop()
    assert stack.lines[:2] == ["data: no data", "data: ended with exit code 1. It goes on."]
    with pytest.raises(StackError, match=r"data ended with exit code 1(?s:.*)no data"):
        await _Stack([_task("data", failing)]).run


async def test_a_service_that_may_end_is_not_started_again_unless_it_failed(
    tmp_path: Path,
) -> None:
    def ending(name: str, code: int) -> Service:
        script = f"""
            import pathlib, sys
            with pathlib.Path({str(tmp_path / name)!r}).open("a") as file:
                file.write("x")
            sys.exit({code})
        """
        return Service(name=name, command=_python(script), ready=lambda: True, may_end=True)

    stack = _Stack([ending("done", 0), ending("failed", 1)])
    await stack.until(
        lambda: (tmp_path / "failed").is_file() and len(read(tmp_path / "failed")) > 1
    )
    await stack.stop()
    assert read(tmp_path / "done") == "x"
    assert not any(line.startswith("done: ended") for line in stack.lines)


def read(path: Path) -> str:
    return path.read_text()


async def test_a_task_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    slow = Task(
        name="slow",
        command=_python("import time; time.sleep(60)"),
        required=False,
        timeout_s=0.5,
        otherwise="It goes on.",
    )
    before = _running_children()
    stack = _Stack([slow, _server("one", tmp_path, "slow")])
    await stack.until(stack.ready.is_set)
    await stack.stop()
    assert "slow: was not done after 0.5 s. It goes on." in stack.lines
    assert _running_children() == before


async def test_what_a_service_started_itself_does_not_outlive_it(tmp_path: Path) -> None:
    parent = """
        import pathlib, subprocess, sys, time
        name, folder = sys.argv[1], pathlib.Path(sys.argv[2])
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        (folder / name).touch()
        time.sleep(60)
    """
    before = _running_children()
    stack = _Stack([_server("one", tmp_path, script=parent)])
    await stack.until(stack.ready.is_set)
    assert len(_running_children() - before) == 2
    await stack.stop()
    assert _running_children() == before


async def test_a_service_deaf_to_sigterm_is_killed_and_the_rest_still_stops_in_order(
    tmp_path: Path,
) -> None:
    deaf = """
        import pathlib, signal, sys
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        (pathlib.Path(sys.argv[2]) / sys.argv[1]).touch()
        while True:
            signal.pause()
    """
    part = _server("deaf", tmp_path, "one", script=deaf)
    slow_to_stop = Service(
        name=part.name,
        command=part.command,
        ready=part.ready,
        after=part.after,
        stop_timeout_s=0.5,
    )
    stack = _Stack([_server("one", tmp_path), slow_to_stop])
    await stack.until(stack.ready.is_set)
    await stack.stop()
    assert "deaf: stopped (ended by signal 9)" in stack.lines
    assert stack.lines[-1] == "one: stopped (ended with exit code 0)"


async def test_a_line_longer_than_the_limit_does_not_stop_the_output(tmp_path: Path) -> None:
    script = "print('x' * 3_000_000); print('after')"
    stack = _Stack([_task("long", script), _server("one", tmp_path, "long")])
    await stack.until(stack.ready.is_set)
    await stack.stop()
    assert "long: after" in stack.lines
    assert any("is left out" in line for line in stack.lines)


async def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    absent = Task(name="absent", command=lambda: [str(tmp_path / "nothing")])
    with pytest.raises(StackError, match=r"absent cannot be started as .*nothing"):
        await _Stack([absent]).run


async def test_kill_ends_everything_at_once(tmp_path: Path) -> None:
    stack = _Stack([_server("one", tmp_path), _server("two", tmp_path)])
    await stack.until(stack.ready.is_set)
    stack._stop.set()
    stack.supervisor.kill()
    async with asyncio.timeout(20):
        await stack.run
    assert not [event for event in _events(tmp_path) if event == "stop one"]


def test_a_part_behind_one_that_does_not_stand_before_it_is_a_fault_of_the_table(
    tmp_path: Path,
) -> None:
    with pytest.raises(ValueError, match="two must occur once, and after one"):
        Supervisor([_server("two", tmp_path, "one")], lambda name, line: None)


def test_the_wait_before_a_restart_doubles_to_half_a_minute_and_begins_anew() -> None:
    waits = [0.0]
    for _ in range(7):
        waits.append(next_backoff(waits[-1], ran_s=1))
    assert waits[1:] == [1, 2, 4, 8, 16, 30, 30]
    assert next_backoff(30, ran_s=61) == 1


def test_an_exit_by_a_signal_is_told_from_an_exit_code() -> None:
    assert describe_exit(-signal.SIGKILL) == "ended by signal 9"
    assert describe_exit(3) == "ended with exit code 3"
