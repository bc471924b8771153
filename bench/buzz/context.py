"""A small relative of contextOSE, the context detector of Smirnov in NAB's leaderboard.

As there, a value is new or known within contexts of what came before it, and the score is the part
of the contexts in which it is new. Simpler than there: values are levels of a doubling each (no
range is known beforehand), and contexts are the last 0 to 7 levels as they stood.
"""

_LONGEST = 7
_REST = 30
"""Points after a strange one in which nothing is reported."""
_STRANGE = 0.75
_MOST_CONTEXTS = 200_000


class Contexts:
    """The part of the known contexts in which this level was never seen.

    Args:
        per_day: points a day.
    """

    def __init__(self, per_day: int) -> None:
        self._day, self._seen, self._strange = per_day, 0, -_REST
        self._recent: tuple[int, ...] = ()
        self._followed: dict[tuple[int, ...], set[int]] = {}

    def of(self, value: int) -> float:
        """Between 0 and 1."""
        level = (value + 1).bit_length()
        selected = active = 0
        for length in range(len(self._recent) + 1):
            context = self._recent[len(self._recent) - length :]
            followers = self._followed.get(context)
            if followers is not None:
                selected += 1
                active += level in followers
            if followers is not None or len(self._followed) < _MOST_CONTEXTS:
                self._followed.setdefault(context, set()).add(level)
        rose = not self._recent or level > self._recent[-1]
        self._recent = (*self._recent, level)[-_LONGEST:]
        self._seen += 1
        score = 1 - active / selected if selected else 1.0
        rested = self._seen - self._strange > _REST
        if score >= _STRANGE:
            self._strange = self._seen
        return score if rose and rested and self._seen > self._day else 0.0
