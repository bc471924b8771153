"""Reading the topic `feedback`: clients send again, so every reader counts a key once."""

from collections.abc import Iterable, Iterator

from sentiment.messages import Feedback


def each_key_once(records: Iterable[Feedback]) -> Iterator[Feedback]:
    """The first record of each key. Records of one key stand in one partition, in order."""
    seen: set[str] = set()
    for record in records:
        if record.key not in seen:
            seen.add(record.key)
            yield record
