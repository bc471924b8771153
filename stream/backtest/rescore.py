"""A history as another version of the model would have scored it."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from sentiment import artefact
from sentiment.registry import Pointer, Registry
from sentiment.scorer import ModelVersion, Scorer
from sentiment.settings import Settings
from sentiment.support import select
from stream.backtest.scored import Scored

_BATCH = 2_000


def open_model(wanted: str, settings: Settings) -> Scorer:
    """The artefact of a folder, of a version's number, or of what an alias names.

    Raises:
        RegistryError: MLflow does not answer or lacks it.
        ArtefactError: it is no artefact.
    """
    folder = Path(wanted)
    if (folder / artefact.CARD).is_file():
        return Scorer(folder)
    registry = Registry(settings.model_copy(update={"model_alias": wanted}))
    pointer = Pointer(0, wanted) if wanted.isdigit() else registry.pointer()
    folder = registry.fetch(pointer)
    return Scorer(folder, ModelVersion(registry.name, pointer.version, artefact.digest(folder)))


def rescored(tweets: Iterable[Scored], scorer: Scorer) -> Iterator[Scored]:
    """The tweets with what the version says of each, in its language; without scores where it
    says nothing."""
    rest = iter(tweets)
    while batch := list(islice(rest, _BATCH)):
        asked = select(
            scorer.card, [one.sighting.text for one in batch], [one.lang for one in batch]
        )
        scores = scorer.score([batch[row].sighting.text for row in asked.rows])
        for one, answer in zip(batch, scorer.answers(asked, scores), strict=True):
            sighting = one.sighting._replace(
                p_negative=answer.p_negative,
                p_positive=answer.p_positive,
                model_version=scorer.model.version,
            )
            yield one._replace(sighting=sighting)
