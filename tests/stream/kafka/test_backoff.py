import asyncio

import pytest

from stream.kafka.backoff import Backoff


async def test_waits_double_up_to_five_seconds_and_never_all_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", note)
    backoff = Backoff()
    for _ in range(12):
        await backoff.wait()
    for tries, seconds in enumerate(waits):
        longest = min(0.1 * 2**tries, 5.0)
        assert longest / 2 <= seconds <= longest
    assert len(set(waits)) == len(waits)
