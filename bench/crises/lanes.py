"""One method on the simulated traffic, side by side with the others."""

from dataclasses import dataclass, field, replace

from bench.crises.pool import Pool
from bench.crises.traffic import START
from sentiment.alerts import BuzzAlert
from stream.buzz.brand import PARTS, BrandState, dump_part, load_brand, new_brand
from stream.buzz.detector import Detector, Sighting
from stream.buzz.methods import Method, Window, WindowMemory, method
from stream.buzz.options import STORM, VOLUME, BuzzOptions, Kind, MethodName

SIMPLE: tuple[MethodName, ...] = ("fixed", "mean-sd", "ewma")
_UNREACHED = 1e9


@dataclass
class Recorder:
    """A method that keeps the highest score since it was last asked."""

    method: Method
    highest: float = 0.0

    def limit(self, kind: Kind) -> float | None:
        """As the method's."""
        return self.method.limit(kind)

    def watches(self, kind: Kind, minutes: int) -> bool:
        """As the method's."""
        return self.method.watches(kind, minutes)

    def score(self, kind: Kind, window: Window, memory: WindowMemory) -> float:
        """As the method's."""
        score = self.method.score(kind, window, memory)
        self.highest = max(self.highest, score)
        return score

    def learn(self, kind: Kind, window: Window, memory: WindowMemory) -> None:
        """As the method's."""
        self.method.learn(kind, window, memory)


@dataclass
class Lane:
    """A detector and what it knows of the one brand; only the negative kind is watched."""

    detector: Detector
    state: BrandState
    recorder: Recorder | None = None
    trace: list[float] = field(default_factory=list)

    @classmethod
    def start(
        cls, name: MethodName, pool: Pool, limit: float | None, knob: float,
        recorder: Recorder | None = None,
    ) -> "Lane":  # fmt: skip
        """A lane that knows nothing yet."""
        options = BuzzOptions(
            false_alarms_per_week=knob,
            method=name,
            limit=limit,
            storm=replace(STORM, least=10**9),
            volume=replace(VOLUME, least=10**9),
        )
        detector = Detector(options, {"1": pool.rates}, custom=recorder)
        return cls(detector, new_brand("brand", options), recorder)

    @classmethod
    def recording(cls, name: MethodName, pool: Pool) -> "Lane":
        """A lane that never alarms and keeps its scores."""
        return cls.start(name, pool, _UNREACHED, 1.0, Recorder(method(name)))

    def step(self, place: int, sightings: list[Sighting]) -> list[BuzzAlert]:
        """Take a minute; returns what the negative alert did."""
        self.detector.update(self.state, sightings, START + place)
        alerts = self.detector.close_minutes(self.state, START + place + 1)
        if self.recorder:
            self.trace.append(self.recorder.highest)
            self.recorder.highest = 0.0
        return [alert for alert in alerts if alert.kind == "negative"]

    def snapshot(self) -> dict[str, bytes]:
        """The state, to go on from more than once."""
        return {part: dump_part(self.state, part) for part in PARTS}

    def resume(self, parts: dict[str, bytes]) -> "Lane":
        """A lane that goes on from a snapshot."""
        return Lane(self.detector, load_brand("brand", parts, self.detector.options))


def limit_for(traces: list[list[float]], per_week: float, warmup: int, gap: int) -> float:
    """The limit that scores cross `per_week` times a week; crossings nearer than `gap` are one."""
    weeks = sum(len(trace) - warmup for trace in traces) / (7 * 24 * 60)
    peaks = sorted((peak for trace in traces for peak in _peaks(trace[warmup:], gap)), reverse=True)
    allowed = max(int(per_week * weeks), 1)
    return peaks[allowed] + 1e-9 if len(peaks) > allowed else _UNREACHED


def _peaks(trace: list[float], gap: int) -> list[float]:
    """Highest score of each stretch, cut so that no two peaks are nearer than `gap`."""
    left = sorted(range(len(trace)), key=lambda minute: -trace[minute])
    taken: list[int] = []
    blocked = bytearray(len(trace))
    for minute in left:
        if trace[minute] <= 0:
            break
        if not blocked[minute]:
            taken.append(minute)
            start = max(minute - gap, 0)
            blocked[start : minute + gap] = b"\1" * (min(minute + gap, len(trace)) - start)
    return [trace[minute] for minute in taken]
