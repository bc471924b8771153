"""Examples of a strategy, outside of a test: the same ones for the same seed."""

from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as with_seed
from hypothesis import strategies as st

T = TypeVar("T")


def drawn(strategy: st.SearchStrategy[T], count: int, seed: int) -> list[T]:
    """As many examples as asked for."""
    made: list[T] = []

    @with_seed(seed)
    @settings(
        max_examples=count, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def take(one: T) -> None:
        made.append(one)

    take()
    return made
