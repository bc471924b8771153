"""A model version on disk: a folder with a graph, a tokenizer and a card.

```
model.onnx       ONNX graph; its layout is named in the card
tokenizer.json   see sentiment.tokenizer
card.json        see sentiment.card
```
"""

import hashlib
from pathlib import Path

from pydantic import ValidationError

from sentiment.card import Card
from sentiment.errors import ArtefactError

GRAPH = "model.onnx"
TOKENIZER = "tokenizer.json"
CARD = "card.json"
FILES = (GRAPH, TOKENIZER, CARD)


def read_card(folder: Path) -> Card:
    """The card of an artefact.

    Raises:
        ArtefactError: it is missing or does not fit `Card`.
    """
    try:
        return Card.model_validate_json((folder / CARD).read_bytes())
    except (OSError, ValidationError) as error:
        raise ArtefactError(f"expected a model card in {folder / CARD}, got: {error}") from error


def write_card(folder: Path, card: Card) -> None:
    """Write or replace the card of an artefact."""
    (folder / CARD).write_text(card.model_dump_json(indent=1), "utf-8")


def digest(folder: Path) -> str:
    """sha256 over the artefact's files, 16 hexadecimal digits: it stands in every result.

    Raises:
        ArtefactError: a file is missing.
    """
    whole = hashlib.sha256()
    for name in FILES:
        try:
            whole.update(hashlib.sha256((folder / name).read_bytes()).digest())
        except OSError as error:
            raise ArtefactError(
                f"expected {', '.join(FILES)} in {folder}, got: {error}; "
                "remove the folder, so that it is fetched anew."
            ) from error
    return whole.hexdigest()[:16]
