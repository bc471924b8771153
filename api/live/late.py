"""How many mentions came too late in the last hour, by what the workers committed."""

from collections import deque

_HOUR_SECONDS = 3_600.0
_STEP_SECONDS = 30.0


class LateMentions:
    """Remembers how the number rose in the last hour."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()
        self._last = 0

    def see(self, ever: int, now: float) -> None:
        """How many mentions ever came too late, at a time in seconds since 1970."""
        # The first look, or topics that were made again.
        if not self._seen or ever < self._seen[0][1]:
            self._seen = deque([(now, ever)])
        elif now - self._seen[-1][0] >= _STEP_SECONDS:
            self._seen.append((now, ever))
        while len(self._seen) > 1 and now - self._seen[1][0] >= _HOUR_SECONDS:
            self._seen.popleft()
        self._last = ever

    @property
    def last_hour(self) -> int:
        """Those of the last hour, or since this process began."""
        return self._last - self._seen[0][1] if self._seen else 0
