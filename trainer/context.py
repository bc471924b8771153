"""The environment of a training run: where it keeps its state and how it reports."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@dataclass(frozen=True)
class Context:
    """The surroundings of one training.

    Attributes:
        checkpoints: folder of this training alone; an interrupted training resumes from it.
        console: where progress is shown.
        seed: of everything random.
    """

    checkpoints: Path
    console: Console
    seed: int = 7

    def waiting(self, title: str) -> AbstractContextManager[object]:
        """A spinner for work of unknown length."""
        return self.console.status(title)

    @contextmanager
    def bar(self, title: str, rows: int) -> Iterator["Bar"]:
        """A progress bar for `rows` rows."""
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
        )
        with Progress(*columns, TimeRemainingColumn(), console=self.console) as progress:
            yield Bar(progress, progress.add_task(title, total=rows), title)


class Bar:
    """One progress bar, counted in rows."""

    def __init__(self, progress: Progress, task: object, title: str) -> None:
        self._progress = progress
        self._task = task
        self._title = title

    def advance(self, rows: int, note: str = "") -> None:
        """Add `rows` finished rows; the note is shown after the title."""
        self._progress.update(
            self._task,  # type: ignore[arg-type]
            advance=rows,
            description=f"{self._title} {note}".rstrip(),
        )
