"""Whether what is shown is how things are now, or unknown, and since when."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from api.live.progress import Progress
from api.settings import ApiSettings
from sentiment.topics import MENTIONS, TWEETS

_TEXTS = {
    "not_read": "the topics of results are not read",
    "kafka_silent": "Kafka does not tell how far the workers are",
    "tweets_wait": "tweets wait to be scored",
    "mentions_wait": "mentions wait to be watched for a buzz",
    "no_worker": "no worker runs",
    "nothing_scored": "nothing was scored",
}


class Reason(NamedTuple):
    """Why it is unknown how things are, and since when, in seconds since 1970 (None: always)."""

    code: str
    since: float | None


@dataclass(frozen=True)
class View:
    """How old what is shown is.

    Attributes:
        state: `unknown` if it does not tell how things are now.
        behind_seconds: how old it is; 0 if current, None if there is nothing yet.
        reasons: why it is unknown, the one that lasts longest first.
        codes: the same by short names, for pages that have texts of their own.
        checked_at: when Kafka told of the workers, in seconds since 1970.
        last_result_at: when the last result came.
        late_mentions: of the last hour: they came too late to be watched.
    """

    state: Literal["current", "unknown"]
    behind_seconds: int | None
    reasons: list[str] = field(default_factory=list)
    checked_at: float | None = None
    last_result_at: float | None = None
    codes: list[str] = field(default_factory=list)
    late_mentions: int = 0


class Freshness:
    """Puts together what is known of the workers, of the topics and of our own reading.

    Args:
        settings: how long what may last.
        progress: of the workers.
        started: when this process began, in seconds since 1970.
    """

    def __init__(self, settings: ApiSettings, progress: Progress, started: float) -> None:
        self._blind = settings.api_blind_seconds
        self._quiet = settings.api_quiet_seconds
        self._tweets, self._mentions = settings.topic(TWEETS), settings.topic(MENTIONS)
        self._progress = progress
        self._started = started
        self._lost_at: float | None = started
        self._last_result: float | None = None

    def result(self, at: float) -> None:
        """A result was there at this time."""
        self._last_result = max(self._last_result or 0.0, at)

    def view(self, now: float, following: bool) -> View:
        """How old what is shown is.

        Args:
            now: in seconds since 1970.
            following: whether the topics are being read.
        """
        if following:
            self._lost_at = None
        elif self._lost_at is None:
            self._lost_at = now
        reasons = sorted(self._reasons(now), key=lambda reason: reason.since or 0.0)
        oldest = reasons[0].since if reasons else now
        return View(
            state="unknown" if reasons else "current",
            behind_seconds=None if oldest is None else max(0, int(now - oldest)),
            reasons=[_TEXTS[reason.code] for reason in reasons],
            codes=[reason.code for reason in reasons],
            checked_at=self._progress.checked_at,
            last_result_at=self._last_result,
            late_mentions=self._progress.late.last_hour,
        )

    def _reasons(self, now: float) -> Iterator[Reason]:
        progress = self._progress
        if self._lost_at is not None:
            yield Reason("not_read", self._last_result or self._lost_at)
        checked = progress.checked_at or self._started
        if now - checked > self._blind or progress.checked_at is None:
            yield Reason("kafka_silent", checked)
        for topic, code in (
            (self._tweets, "tweets_wait"),
            (self._mentions, "mentions_wait"),
        ):
            since = progress.waiting.since(topic)
            if since is not None and now - since > self._blind:
                yield Reason(code, since)
        last = self._last_result
        if progress.workers is False and (last is None or now - last > self._blind):
            yield Reason("no_worker", last)
        if last is None or now - last > self._quiet:
            yield Reason("nothing_scored", last)
