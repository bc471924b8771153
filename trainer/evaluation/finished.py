"""Whether a training ended: only then does the card of its artefact hold figures."""

from pathlib import Path

from sentiment import artefact
from sentiment.card import Card, ErrorRates
from sentiment.errors import ArtefactError
from trainer.evaluation.metrics import Metrics, error_rates


def finish(folder: Path, found: Metrics) -> None:
    """Write the figures of the test part into the card."""
    rates = error_rates(found)
    known = ErrorRates(false_negative=rates[0], false_positive=rates[1]) if rates else None
    update = {"metrics": found.figures, "error_rates": known}
    artefact.write_card(folder, artefact.read_card(folder).model_copy(update=update))


def finished(folder: Path) -> Card | None:
    """The card of an artefact whose training ended; None of one that is not whole."""
    try:
        card = artefact.read_card(folder)
    except ArtefactError:
        return None
    return card if card.metrics else None
