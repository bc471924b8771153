"""All that is remembered about one brand, as plain data in six parts.

The parts change at different times, so that each can be a record of its own: `open` with every
mention, `digests`, `closed` and `texts` with every minute, `memory` and `profile` with every hour.
"""

from collections import deque
from dataclasses import dataclass, field
from functools import cache

import orjson
from pydantic import TypeAdapter, ValidationError

from sentiment.errors import BadMessageError
from sentiment.hours import BrandHour
from stream.buzz.alarm import Alarm
from stream.buzz.duplicates import RecentDigests, RecentTweets
from stream.buzz.e_detector import Bets, Groups
from stream.buzz.expectation import Forecast
from stream.buzz.methods import WindowMemory, new_memory
from stream.buzz.options import HOUR, KINDS, NOTIFYING, BuzzOptions, Kind
from stream.buzz.profile import HourProfile
from stream.buzz.share import ModelShare
from stream.buzz.texts import RecentTexts, SampleText
from stream.buzz.windows import Blocks, Windows
from stream.buzz.words import Background

VOTES = 4
PARTS = ("digests", "open", "closed", "texts", "memory", "profile")
FORMAT = 2
"""Version of the state's format. A brand stored in another one is learned again."""
LEAST_COPIES = 5
_MOST_HOURS = 200
"""Hours that wait to be published. A batch rarely ends more than a few."""


@dataclass(slots=True)
class OpenStep:
    """A step of event time that still waits for late mentions.

    `votes` holds, for each version of the model, how many it scored, how many of these it called
    negative, and the sums of their weights (`evidence`) and of these squared. `plain` is the sum
    of the weights of all mentions as no praise. `near` of the copies are near ones; `copied`
    holds some of these.
    """

    total: int = 0
    plain: int = 0
    copies: int = 0
    near: int = 0
    votes: dict[str, list[int]] = field(default_factory=dict)
    negative: list[SampleText] = field(default_factory=list)
    other: list[SampleText] = field(default_factory=list)
    copied: list[SampleText] = field(default_factory=list)


@dataclass(slots=True)
class OpenPart:
    """Steps not yet closed; `until` is the first of them, -1 before the first mention.

    A silent brand's steps are closed with its next mention, so that `until` may stay behind
    `reached`, the step before which no mention is waited for. Up to the step `near_until`, near
    copies are looked for: an alert is open or near, or many came a short while ago. `fresh` and
    `fresh_keys` are what came to the digests since these were last written: they are too many to
    be written each time. `counted` is the offset up to which mentions are counted in what is
    written.
    """

    format: int = 0
    counted: int = 0
    until: int = -1
    since: int = -1
    reached: int = -1
    late: int = 0
    near_until: int = -1
    steps: dict[int, OpenStep] = field(default_factory=dict)
    fresh: list[tuple[int, int]] = field(default_factory=list)
    fresh_keys: list[int] = field(default_factory=list)

    @property
    def is_near(self) -> bool:
        """Whether near copies are looked for now."""
        return self.until <= self.near_until


@dataclass(slots=True)
class DigestsPart:
    """The texts seen lately, and their sketches while near copies are looked for.

    `hour` is the latest of the mentions counted, in hours since 1970; -1 before the first. So what
    counts as a copy does not depend on how soon minutes are closed.
    """

    format: int = 0
    recent: RecentTweets = field(default_factory=RecentTweets)
    sketches: RecentDigests = field(default_factory=RecentDigests)
    hour: int = -1

    def reach(self, hour: int) -> None:
        """Begin an hour of event time, unless it or a later one has begun."""
        for _ in range(min(hour - self.hour, 2)):  # after two, nothing is left
            self.recent.new_hour()
            self.sketches.turn()
        self.hour = max(self.hour, hour)


@dataclass(slots=True)
class HourSums:
    """What was counted in the hour that is under way."""

    total: int = 0
    plain: int = 0
    scored: int = 0
    negative: int = 0
    weight: int = 0
    square: int = 0


@dataclass(slots=True)
class ClosedPart:
    """Counts of the last two days, of the hour that is under way, and the alerts.

    Of what was scored they hold only steps of the model version that speaks now. `silent` counts
    the steps since the last mention; `was_open` says whether an alert was open in this hour;
    `strengths` are those of each scale when it was last looked at; `most_copies` is how often an
    hour a text counts.
    """

    format: int = 0
    until: int = -1
    silent: int = 0
    windows: Windows = field(default_factory=Windows)
    hour: HourSums = field(default_factory=HourSums)
    was_open: bool = False
    share: ModelShare = field(default_factory=ModelShare)
    alarms: dict[Kind, Alarm] = field(default_factory=lambda: {kind: Alarm() for kind in KINDS})
    strengths: dict[Kind, list[float]] = field(default_factory=dict)
    most_copies: int = LEAST_COPIES
    bets: Bets = field(default_factory=Bets)

    def begin_anew(self) -> None:
        """Forget the latest negatives: another model version counts them differently."""
        self.windows.forget_version()
        self.hour = HourSums(total=self.hour.total)
        self.bets.clear()
        for kind in NOTIFYING:
            self.calm(kind)

    def calm(self, kind: Kind) -> None:
        """Nothing of a kind stands out any more."""
        self.strengths[kind] = [0.0] * len(self.strengths[kind])


@dataclass(slots=True)
class MemoryPart:
    """What was learned about each scale of each kind, and how negatives come in groups."""

    format: int = 0
    scales: dict[Kind, list[WindowMemory]] = field(default_factory=dict)
    groups: Groups = field(default_factory=Groups)


@dataclass(slots=True)
class ProfilePart:
    """What is normal: mentions and negatives by hour of the week, and the words of the brand."""

    format: int = 0
    mentions: HourProfile = field(default_factory=HourProfile)
    negatives: HourProfile = field(default_factory=HourProfile)
    words: Background = field(default_factory=Background)


@dataclass(slots=True)
class BrandState:
    """The state of one brand.

    `changed` names the parts that have to be written now, `pending` those that changed by
    counting alone: they can wait, as the mentions can be counted again. `hours` holds those that
    ended since the last writing, of which nothing else depends.
    """

    brand: str
    digests: DigestsPart = field(default_factory=DigestsPart)
    open: OpenPart = field(default_factory=OpenPart)
    closed: ClosedPart = field(default_factory=ClosedPart)
    texts: RecentTexts = field(default_factory=RecentTexts)
    memory: MemoryPart = field(default_factory=MemoryPart)
    profile: ProfilePart = field(default_factory=ProfilePart)
    changed: set[str] = field(default_factory=set, compare=False)
    pending: set[str] = field(default_factory=set, compare=False)
    last_forecast: Forecast | None = field(default=None, compare=False)
    hours: deque[BrandHour] = field(
        default_factory=lambda: deque(maxlen=_MOST_HOURS), compare=False
    )

    def write_digests(self) -> None:
        """Write the digests as a part of their own; `open` need not repeat the latest ones."""
        self.pending.add("digests")
        self.open.fresh.clear()
        self.open.fresh_keys.clear()

    def forecast(self, step_minutes: int) -> Forecast:
        """What is expected around now."""
        now = self.closed.until * step_minutes // HOUR
        if self.last_forecast is None or self.last_forecast.now != now:
            profile = self.profile
            self.last_forecast = Forecast(profile.mentions, profile.negatives, now, step_minutes)
        return self.last_forecast


_KINDS = {"digests": DigestsPart, "open": OpenPart, "closed": ClosedPart, "texts": RecentTexts,
          "memory": MemoryPart, "profile": ProfilePart}  # fmt: skip


@cache
def _adapter(part: str) -> TypeAdapter[object]:
    """Made once, when it is needed: making one takes milliseconds, as long as 100 mentions."""
    return TypeAdapter(_KINDS[part])


def new_brand(brand: str, options: BuzzOptions) -> BrandState:
    """A brand of which nothing is known."""
    state = BrandState(brand)
    for part in PARTS:
        getattr(state, part).format = FORMAT
    levels = max(scale.level for scale in options.scales) + 1
    state.closed.windows.levels = [Blocks() for _ in range(levels)]
    state.closed.strengths = {kind: [0.0] * len(options.scales) for kind in KINDS}
    state.memory.scales = {
        kind: [new_memory(kind, scale) for scale in options.scales] for kind in KINDS
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

    A brand stored in another format, or with other steps, starts as a new one.

    Raises:
        BadMessageError: a part is not what `dump_part` writes.
    """
    state = new_brand(brand, options)
    for part, content in parts.items():
        setattr(state, part, _read(part, content))
    if not _fits(state, options):
        return new_brand(brand, options)
    for digest, author in state.open.fresh:
        state.digests.recent.count(digest, author)
    for key in state.open.fresh_keys:
        state.digests.sketches.is_copy(key)
    return state


def _fits(state: BrandState, options: BuzzOptions) -> bool:
    scales = len(options.scales)
    return (
        all(getattr(state, part).format == FORMAT for part in PARTS)
        and len(state.closed.windows.levels) == max(s.level for s in options.scales) + 1
        and all(len(state.closed.strengths.get(kind, ())) == scales for kind in KINDS)
        and all(len(state.memory.scales.get(kind, ())) == scales for kind in KINDS)
    )


def _read(part: str, content: bytes) -> object:
    if part not in _KINDS:
        raise BadMessageError("state", f"expected one of {', '.join(PARTS)}, got {part!r}")
    try:
        return _adapter(part).validate_json(content)
    except ValidationError as error:
        raise BadMessageError("state", f"part {part!r}: {error.error_count()} faults") from error
