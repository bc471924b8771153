"""All that is remembered about one brand, as plain data in five parts.

The parts change at different times, so that each can be a record of its own: `open` with every
mention, `digests`, `closed` and `texts` with every minute, `profile` with every hour.
"""

from dataclasses import dataclass, field

import orjson
from pydantic import TypeAdapter, ValidationError

from sentiment.errors import BadMessageError
from stream.buzz.alarm import Alarm
from stream.buzz.duplicates import RecentDigests
from stream.buzz.methods import WindowMemory
from stream.buzz.options import HOUR, BuzzOptions, Kind
from stream.buzz.profile import HourProfile
from stream.buzz.share import ModelShare
from stream.buzz.texts import RecentTexts, SampleText
from stream.buzz.words import Background

_PRIOR_MENTIONS = 20.0
_PRIOR_SHARE = 0.3
VOTES = 4
PARTS = ("digests", "open", "closed", "texts", "profile")


@dataclass(slots=True)
class OpenStep:
    """A step of event time that still waits for late mentions.

    `votes` holds, for each version of the model, how many it scored, how many of these it called
    negative, and the sums of their weights (`evidence`) and of these squared. `near` of the copies
    are near ones; `copied` holds some of these.
    """

    total: int = 0
    copies: int = 0
    near: int = 0
    votes: dict[str, list[int]] = field(default_factory=dict)
    negative: list[SampleText] = field(default_factory=list)
    other: list[SampleText] = field(default_factory=list)
    copied: list[SampleText] = field(default_factory=list)


@dataclass(slots=True)
class OpenPart:
    """Steps not yet closed; `until` is the first of them, -1 before the first mention.

    Up to the step `near_until`, near copies are looked for: an alert is open or near, or many
    came a short while ago. `fresh` and `fresh_keys` are what came to the digests since these were
    last written: they are too many to be written with every mention.
    """

    until: int = -1
    since: int = -1
    late: int = 0
    near_until: int = -1
    steps: dict[int, OpenStep] = field(default_factory=dict)
    fresh: list[int] = field(default_factory=list)
    fresh_keys: list[int] = field(default_factory=list)

    @property
    def is_near(self) -> bool:
        """Whether near copies are looked for now."""
        return self.until <= self.near_until


@dataclass(slots=True)
class DigestsPart:
    """The texts seen lately, and their sketches while near copies are looked for."""

    recent: RecentDigests = field(default_factory=RecentDigests)
    sketches: RecentDigests = field(default_factory=RecentDigests)


@dataclass(slots=True)
class ClosedPart:
    """Counts of the last steps, newest last, and of the hour that is under way.

    `scored`, `negative`, `weight` and their hour hold only steps of the model version that speaks
    now.
    """

    until: int = -1
    total: list[int] = field(default_factory=list)
    copies: list[int] = field(default_factory=list)
    scored: list[int] = field(default_factory=list)
    negative: list[int] = field(default_factory=list)
    weight: list[int] = field(default_factory=list)
    hour_steps: int = 0
    hour_total: int = 0
    hour_scored: int = 0
    hour_negative: int = 0
    hour_weight: int = 0
    hour_square: int = 0
    share: ModelShare = field(default_factory=ModelShare)
    alarms: dict[Kind, Alarm] = field(
        default_factory=lambda: {"negative": Alarm(), "volume": Alarm()}
    )
    memory: dict[Kind, list[WindowMemory]] = field(default_factory=dict)

    def begin_anew(self) -> None:
        """Forget what was called negative lately: it is not to be compared with what follows."""
        self.scored.clear()
        self.negative.clear()
        self.weight.clear()


@dataclass(slots=True)
class ProfilePart:
    """What is normal: mentions and negatives by hour of the week, and the words of the brand."""

    mentions: HourProfile = field(default_factory=HourProfile)
    negatives: HourProfile = field(default_factory=HourProfile)
    words: Background = field(default_factory=Background)

    def share(self, hour: int, step_minutes: int) -> float:
        """True share of negatives in an hour of the day, with a prior worth few mentions.

        By hour of the week it would be known too badly: its error would pass for dispersion.
        """
        hours = max(self.mentions.total_seen, 1.0)
        prior = _PRIOR_MENTIONS * step_minutes / (HOUR * hours)
        negatives = self.negatives.day_mean(hour) + prior * _PRIOR_SHARE
        return negatives / (self.mentions.day_mean(hour) + prior)


@dataclass(slots=True)
class BrandState:
    """The state of one brand. `changed` names the parts to write since it was last emptied."""

    brand: str
    digests: DigestsPart = field(default_factory=DigestsPart)
    open: OpenPart = field(default_factory=OpenPart)
    closed: ClosedPart = field(default_factory=ClosedPart)
    texts: RecentTexts = field(default_factory=RecentTexts)
    profile: ProfilePart = field(default_factory=ProfilePart)
    changed: set[str] = field(default_factory=set, compare=False)


_ADAPTERS: dict[str, TypeAdapter[object]] = {}


def new_brand(brand: str, options: BuzzOptions) -> BrandState:
    """A brand of which nothing is known."""
    state = BrandState(brand)
    state.closed.memory = {
        "negative": [WindowMemory() for _ in options.negative.windows],
        "volume": [WindowMemory() for _ in options.volume.windows],
    }
    return state


def dump_part(state: BrandState, part: str) -> bytes:
    """One part of the state as JSON. Ask for `digests` before `open`, if for both: what is written
    there need not stand here."""
    if part == "digests":
        state.open.fresh.clear()
        state.open.fresh_keys.clear()
    return orjson.dumps(getattr(state, part), default=tuple, option=orjson.OPT_NON_STR_KEYS)


def load_brand(brand: str, parts: dict[str, bytes], options: BuzzOptions) -> BrandState:
    """The state that was dumped; a part that is missing starts empty.

    Raises:
        BadMessageError: a part is not what `dump_part` writes.
    """
    state = new_brand(brand, options)
    for part, content in parts.items():
        setattr(state, part, _read(part, content))
    _upgrade(state, options.step_minutes)
    for digest in state.open.fresh:
        state.digests.recent.is_copy(digest)
    for key in state.open.fresh_keys:
        state.digests.sketches.is_copy(key)
    return state


def _upgrade(state: BrandState, step_minutes: int) -> None:
    """Bring a state that was written without weights up to date.

    What weights its model gives is to be learned, as of a new version.
    """
    for step in state.open.steps.values():
        for votes in step.votes.values():
            votes.extend([0] * (VOTES - len(votes)))
    if len(state.closed.weight) != len(state.closed.negative):
        state.closed.begin_anew()
        state.closed.share.unsettle(state.closed.until * step_minutes)


def _read(part: str, content: bytes) -> object:
    kinds = {"digests": DigestsPart, "open": OpenPart, "closed": ClosedPart, "texts": RecentTexts,
             "profile": ProfilePart}  # fmt: skip
    if part not in kinds:
        raise BadMessageError("state", f"expected one of {', '.join(PARTS)}, got {part!r}")
    adapter = _ADAPTERS.setdefault(part, TypeAdapter(kinds[part]))
    try:
        return adapter.validate_json(content)
    except ValidationError as error:
        raise BadMessageError("state", f"part {part!r}: {error.error_count()} faults") from error
