"""The version that ships with badbuzz, so that a first start has a champion and trains nothing.

`fast/` holds its artefact and nothing else. Beside it stand `MODEL_CARD.md` (what it is, what it
learned from, what it is worth) and `parts.json` (figures by source and language). The command
`badbuzz train multilingual fast` makes another of its kind.
"""

import json
from pathlib import Path

from sentiment import artefact
from trainer.registry.register import Evidence

MODEL_CARD = "MODEL_CARD.md"
PARTS = "parts.json"


def shipped_folder() -> Path:
    """The artefact that ships with badbuzz."""
    return Path(__file__).parent / "fast"


def evidence(folder: Path) -> Evidence:
    """What is known of a version that was trained elsewhere.

    Raises:
        ArtefactError: the folder holds no artefact.
        OSError: its model card or its figures, which stand beside the folder, are missing.
    """
    parts = (folder.parent / PARTS).read_text("utf-8")
    numbers = {
        f"{part['part']}.{name}": float(value)
        for part in json.loads(parts)
        for name, value in part.items()
        if isinstance(value, float)
    }
    metrics = artefact.read_card(folder).metrics
    return Evidence(
        metrics={**metrics, **numbers},
        texts={PARTS: parts},
        params={"origin": "shipped with badbuzz"},
        description=(folder.parent / MODEL_CARD).read_text("utf-8"),
    )
