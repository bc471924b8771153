"""A model version on disk: a folder with a graph, a tokenizer and a card.

```
model.onnx       ONNX graph; its layout is named in the card
tokenizer.json   see sentiment.tokenizer
card.json        see sentiment.card
```
"""

import hashlib
import re
from pathlib import Path

from pydantic import ValidationError

from sentiment.card import Card
from sentiment.errors import ArtefactError

GRAPH = "model.onnx"
TOKENIZER = "tokenizer.json"
CARD = "card.json"
FILES = (GRAPH, TOKENIZER, CARD)
_SHOWN = 5
_PART = 1 << 24
_LONGEST_KEY = 32
# Field 1, text of 8 bytes; its length may be written with needless bytes.
_LOCATION = re.compile(rb"\x0a(?:\x08|\x88\x80*\x00)location")


def read_card(folder: Path) -> Card:
    """The card of an artefact.

    Raises:
        ArtefactError: it is missing or does not fit `Card`.
    """
    try:
        return Card.model_validate_json((folder / CARD).read_bytes())
    except (OSError, ValidationError) as error:
        raise ArtefactError(f"expected a model card in {folder / CARD}, got: {error}") from error


def require_whole(folder: Path) -> None:
    """Refuse a folder with anything beside the three files: the digest would not cover it.

    Raises:
        ArtefactError: there is another file, a link, or a graph with weights outside of itself.
    """
    others = sorted(path.name for path in folder.iterdir() if path.name not in FILES)
    links = sorted(path.name for path in folder.iterdir() if path.is_symlink())
    if others or links:
        raise ArtefactError(
            f"expected {', '.join(FILES)} alone in {folder}, got also "
            f"{', '.join((others or links)[:_SHOWN])}; keep all weights inside the graph."
        )
    if _has_external_data(folder / GRAPH):
        raise ArtefactError(
            f"expected all weights inside {folder / GRAPH}, got some in another file; save the "
            "graph without ONNX' external data."
        )


def size(folder: Path) -> int:
    """Bytes of the artefact's files.

    Raises:
        ArtefactError: a file is missing.
    """
    try:
        return sum((folder / name).stat().st_size for name in FILES)
    except OSError as error:
        raise ArtefactError(f"expected {', '.join(FILES)} in {folder}, got: {error}") from error


def _has_external_data(graph: Path) -> bool:
    """Whether a tensor names a file: in protobuf's bytes, the key `location` of such an entry.

    Reads the file once, in parts, and knows nothing of ONNX: serving does without its package.
    """
    kept = b""
    try:
        with graph.open("rb") as file:
            while part := file.read(_PART):
                if _LOCATION.search(kept + part):
                    return True
                kept = part[-_LONGEST_KEY:]
    except OSError as error:
        raise ArtefactError(f"expected an ONNX graph in {graph}, got: {error}") from error
    return False


def write_card(folder: Path, card: Card) -> None:
    """Write or replace the card of an artefact."""
    (folder / CARD).write_text(card.model_dump_json(indent=1), "utf-8")


def digest(folder: Path) -> str:
    """sha256 over the artefact's files, 16 hexadecimal digits: it is written into every result.

    Raises:
        ArtefactError: a file is missing.
    """
    whole = hashlib.sha256()
    for name in FILES:
        try:
            with (folder / name).open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise ArtefactError(
                f"expected {', '.join(FILES)} in {folder}, got: {error}; "
                "remove the folder, so that it is downloaded again."
            ) from error
    return whole.hexdigest()[:16]
