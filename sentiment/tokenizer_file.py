"""How a tokenizer is kept in an artefact: JSON with its kind and its constructor's fields."""

import json
from pathlib import Path


def write_tokenizer(path: Path, kind: str, **content: object) -> None:
    """Write what `load_tokenizer` reads."""
    path.write_text(json.dumps({"kind": kind, **content}, ensure_ascii=False), "utf-8")
