"""Reading the topic `feedback`: a key counts once, and a caller has one vote on a text."""

from collections import Counter
from collections.abc import Iterable, Iterator

from sentiment.messages import Feedback
from sentiment.normal_form import normalise


def each_key_once(records: Iterable[Feedback]) -> Iterator[Feedback]:
    """The first record of each key. Records of one key are in one partition, in order."""
    seen: set[str] = set()
    for record in records:
        if record.key not in seen:
            seen.add(record.key)
            yield record


def latest_votes(records: Iterable[Feedback], most: int) -> list[Feedback]:
    """What each caller says of each text now, the latest first.

    Args:
        records: each key once.
        most: votes of one caller, the newest. Records from before callers were kept have none, and
            no such limit.
    """
    ordered = sorted(records, key=lambda record: record.received_at, reverse=True)
    votes: dict[tuple[str | None, str], Feedback] = {}
    of_caller: Counter[str | None] = Counter()
    for record in ordered:
        vote = (record.caller, normalise(record.text).casefold())
        if vote in votes or (record.caller is not None and of_caller[record.caller] >= most):
            continue
        of_caller[record.caller] += 1
        votes[vote] = record
    return list(votes.values())
