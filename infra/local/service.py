"""The parts of the stack for the supervisor: services that keep running, tasks that end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Part:
    """What services and tasks have in common.

    Attributes:
        name: stands before each line of its output.
        check: raises StackError where the part cannot start now; called before every start, and
            for all required parts before the first starts.
        command: prepares the part and gives its argv; called before every start, outside the
            event loop. May raise StackError too.
        after: names of what must be ready, or done, before this one starts.
        env: variables added to the environment.
        required: the stack stops when this part fails; if not, it continues and prints `otherwise`.
        otherwise: sentence for people on how the stack continues after a failure.
        stop_timeout_s: time from SIGTERM to SIGKILL.
    """

    name: str
    command: Callable[[], Sequence[str]]
    check: Callable[[], None] = lambda: None
    after: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    required: bool = True
    otherwise: str = ""
    stop_timeout_s: float = 20.0


@dataclass(frozen=True, kw_only=True)
class Service(Part):
    """A process that runs until the stack stops, and is started again when it ends.

    Attributes:
        ready: whether it can be used; called again and again, outside the event loop.
        ready_timeout_s: time from start to ready; past it the start has failed.
        may_end: exit code 0 is its proper end: it is not started again.
    """

    ready: Callable[[], bool]
    ready_timeout_s: float = 300.0
    may_end: bool = False


@dataclass(frozen=True, kw_only=True)
class Task(Part):
    """A process that runs to its end once; it has failed when its exit code is not 0.

    Attributes:
        timeout_s: time that it may take; past it, it is ended and has failed. None: no limit.
    """

    timeout_s: float | None = None
