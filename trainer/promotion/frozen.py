"""The rows that versions are judged on: no training has seen them."""

from trainer.data.labelled import Labelled, as_labelled
from trainer.data.source import training_data
from trainer.data.tweets import require_usable, split
from trainer.settings import TrainerSettings
from trainer.sources.catalogue import load_three_class
from trainer.sources.split import held_out


def frozen_rows(settings: TrainerSettings, three: bool) -> tuple[Labelled, str]:
    """The frozen test part, and what to call it.

    Args:
        settings: say where the data is.
        three: whether the version that is judged has three classes. Then the test rows of the
            sources of three classes are taken, where there are any; else those of Sentiment140.

    Raises:
        DataError: there is too little data to judge on.
    """
    table = load_three_class(settings.data_dir) if three else None
    if table is not None:
        rows = held_out(table)
        names = ", ".join(dict.fromkeys(source.name for source in rows.sources))
        return Labelled(rows.texts, rows.labels, three=True), names
    tweets, origin = training_data(settings.data_dir)
    parts = split(tweets)
    require_usable(parts)
    return as_labelled(parts.test), origin
