"""What a training run is given besides its data: where to keep its state and how to report."""

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
        checkpoints: a folder of this training alone; what lies there is gone on from.
        console: where progress is shown.
        seed: of everything random.
    """

    checkpoints: Path
    console: Console
    seed: int = 7

    def waiting(self, title: str) -> AbstractContextManager[object]:
        """A sign that something is under way whose end cannot be foreseen."""
        return self.console.status(title)

    @contextmanager
    def bar(self, title: str, rows: int) -> Iterator["Bar"]:
        """A progress bar of so many rows."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeRemainingColumn(), console=self.console) as progress:
            yield Bar(progress, progress.add_task(title, total=rows), title)


class Bar:
    """One bar; moves on by rows."""

    def __init__(self, progress: Progress, task: object, title: str) -> None:
        self._progress = progress
        self._task = task
        self._title = title

    def advance(self, rows: int, note: str = "") -> None:
        """So many rows are done; the note stands behind the title."""
        self._progress.update(
            self._task,  # type: ignore[arg-type]
            advance=rows,
            description=f"{self._title} {note}".rstrip(),
        )
