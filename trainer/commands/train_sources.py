"""The part of `badbuzz train` that trains on sources of two and three classes."""

from collections.abc import Sequence
from shlex import quote
from typing import TYPE_CHECKING

from rich.console import Console

from sentiment.errors import TrainingError
from trainer.settings import TrainerSettings

if TYPE_CHECKING:
    from trainer.registry.register import Versions
    from trainer.sources.split import Parts


def train_on_sources(
    names: Sequence[str],
    settings: TrainerSettings,
    versions: "Versions",
    console: Console,
    rows: int | None = None,
    held_back: Sequence[str] = (),
) -> list[str]:
    """Train candidates of three classes on all sources there are, and register them.

    Args:
        names: of the candidates.
        settings: say where the sources are.
        versions: where they are registered.
        console: where figures by source and language are shown.
        rows: train on so many, drawn; on all by default.
        held_back: groups, such as airlines, whose rows are the test and in no other part.

    Returns:
        the numbers of the new versions.

    Raises:
        TrainingError: a candidate cannot be trained here.
        DataError: there are no sources, or one is of another layout.
    """
    from trainer.candidates.catalogue import missing  # noqa: PLC0415 - scikit-learn takes seconds

    for reason in filter(None, (missing(name, settings) for name in names)):
        raise TrainingError(f"{reason}.")
    if held_back and settings.start and "fast" in names:
        raise TrainingError(
            f"expected fast to begin anew where {', '.join(held_back)} is held back, but "
            f"BADBUZZ_START is {settings.start}, which may have learned from its rows: unset it."
        )
    parts = _parts(settings, console, rows, held_back)
    options = [f"--rows {rows}"] if rows else []
    options += [f"--hold-back {quote(group)}" for group in held_back]
    try:
        return _registered(names, parts, settings, versions, console, options)
    except KeyboardInterrupt:
        console.print("Stopped; nothing new is registered. The same command goes on from here.")
        raise SystemExit(130) from None


def _registered(
    names: Sequence[str],
    parts: "Parts",
    settings: TrainerSettings,
    versions: "Versions",
    console: Console,
    options: Sequence[str],
) -> list[str]:
    """Train, register and show each candidate."""
    from trainer.candidates.catalogue import three_class_candidate  # noqa: PLC0415
    from trainer.source_training import parts_table, register_three, train_three  # noqa: PLC0415

    trained = [
        train_three(three_class_candidate(name, settings), parts, settings, console, options)
        for name in names
    ]
    numbers = register_three(trained, parts, versions, settings.seed)
    for one, number in zip(trained, numbers, strict=True):
        console.print(parts_table(one))
        console.print(f"{one.candidate} is version {number}.")
    console.print("`badbuzz promote VERSION` makes one of them the champion, if it wins.")
    return numbers


def _parts(
    settings: TrainerSettings, console: Console, rows: int | None, held_back: Sequence[str]
) -> "Parts":
    from trainer.sources.catalogue import load_sources  # noqa: PLC0415 - scikit-learn takes seconds
    from trainer.sources.split import drawn, split_sources, without_groups  # noqa: PLC0415

    table = load_sources(settings.data_dir)
    table = drawn(table, rows, settings.seed) if rows else table
    parts = without_groups(table, set(held_back)) if held_back else split_sources(table)
    console.print(
        f"Training on {len(parts.train):,} rows of {len(table.sources)} sources; {parts.dropped:,} "
        "near copies of held-out texts are left out."
    )
    return parts
