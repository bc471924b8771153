"""What a run has shown: samples while it lasted, and the figures made of them."""

from dataclasses import asdict, dataclass
from typing import Any

from bench.processes import Usage


@dataclass(frozen=True)
class Sample:
    """What stood at one moment."""

    time: float
    ends: dict[int, int]
    used: Usage
    broker: Usage
    scorer: tuple[float, float]


@dataclass(frozen=True)
class Run:
    """What one run has shown. CPU in microseconds for each message of the measured window.

    Attributes:
        missing: messages without a result; twice: results beyond the first of their message.
        seconds: of the window; counted: results within it.
        tokenise, infer: the Scorer's part of `cpu`.
        memory: megabytes resident, largest of the window.
    """

    side: str
    mode: str
    messages: int
    workers: int
    missing: int
    twice: int
    seconds: float
    counted: int
    rate: float
    cpu: float
    tokenise: float
    infer: float
    broker_cpu: float
    memory: float
    memory_over_time: list[tuple[float, float]]

    @property
    def scorer_share(self) -> float:
        """The Scorer's share of the process' CPU."""
        return (self.tokenise + self.infer) / self.cpu if self.cpu else 0.0

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        return {**asdict(self), "scorer_share": self.scorer_share}


def costs(start: Sample, end: Sample, done: int) -> dict[str, Any]:
    """Time and CPU between two samples, for each of the `done` results."""
    seconds = end.time - start.time
    each = 1e6 / max(done, 1)
    return {
        "seconds": seconds,
        "counted": done,
        "rate": done / seconds if seconds else 0.0,
        "cpu": (end.used.cpu - start.used.cpu) * each,
        "tokenise": (end.scorer[0] - start.scorer[0]) * each,
        "infer": (end.scorer[1] - start.scorer[1]) * each,
        "broker_cpu": (end.broker.cpu - start.broker.cpu) * each,
    }


def thinned(samples: list[Sample], most: int = 200) -> list[tuple[float, float]]:
    """Seconds since the first sample, and megabytes."""
    step = max(len(samples) // most, 1)
    return [(s.time - samples[0].time, s.used.rss / 1e6) for s in samples[::step]]
