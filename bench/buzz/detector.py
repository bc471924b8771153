"""The interface of a detector: steps in, alarms out.

To run one of your own, write a class with `name`, `settings` and `watch`, and name it as
`--detector module:Class`:

```
class Mine:
    name = "mine"

    def settings(self, kind):         # from which the bench chooses, on the other streams
        return (10.0, 20.0)

    def watch(self, setting, about):  # a fresh watch for one brand
        return MyWatch(setting, about.step_minutes)

class MyWatch:
    def step(self, step):             # called for each step of event time, in order
        return [Alarm()] if step.count > self.limit else []
```

A step holds the mentions of its minutes with text, author where known, and p(negative). An alarm
is stamped by the bench with the end of the step that raised it, so nobody can look ahead.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from bench.buzz.stream import Kind, Step


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm begins.

    Attributes:
        kind: what it is about, in a word.
        notifies: whether it reaches people; the others are counted apart.
        words: that tell the cause, the most telling first.
        setting: whose alarm it is; only where one watch runs several (`Sweeping`).
    """

    kind: str = "alarm"
    notifies: bool = True
    words: tuple[str, ...] = ()
    setting: Hashable = None


@dataclass(frozen=True, slots=True)
class About:
    """What a detector knows about a stream in advance."""

    brand: str
    kind: Kind
    step_minutes: int


class Watch(Protocol):
    """Watches one brand."""

    def step(self, step: Step) -> Sequence[Alarm]:
        """Take the next step of event time; returns the alarms that begin with it."""
        ...


class Detector(Protocol):
    """A family of watches that differ in a setting."""

    @property
    def name(self) -> str:
        """What the tables call it."""
        ...

    def settings(self, kind: Kind) -> Sequence[Hashable]:
        """From which one is chosen for each stream of this kind by the others."""
        ...

    def watch(self, setting: Any, about: About) -> Watch:
        """A fresh watch."""
        ...


@runtime_checkable
class Sweeping(Protocol):
    """A detector that can run settings together which differ in their `limit` alone.

    It saves the time of scoring a stream once for each limit; nobody needs it.
    """

    def sweep(self, settings: Sequence[Any], about: About) -> Watch:
        """A fresh watch; each alarm bears its setting."""
        ...
