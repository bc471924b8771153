"""Hostile versions in the registry: whatever stands there, the next good one runs."""

import json
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from mlflow import MlflowClient

from sentiment import artefact
from sentiment.errors import ArtefactError
from sentiment.registry import DIGEST_TAG
from tests.artefacts import make_artefact
from tests.registered import registered
from tests.sentiment.graphs import write_endless
from trainer.registry.register import Versions

Change = Callable[[Path], object]


def _card(change: dict[str, Any]) -> Change:
    def apply(folder: Path) -> None:
        path = folder / artefact.CARD
        path.write_text(json.dumps(json.loads(path.read_bytes()) | change))

    return apply


FILES: dict[str, Change] = {
    "no graph": lambda folder: (folder / artefact.GRAPH).unlink(),
    "a cut graph": lambda folder: (folder / artefact.GRAPH).write_bytes(
        (folder / artefact.GRAPH).read_bytes()[:-40]
    ),
    "an empty graph": lambda folder: (folder / artefact.GRAPH).write_bytes(b""),
    "a graph of other bytes": lambda folder: (folder / artefact.GRAPH).write_bytes(b"\xff" * 9_000),
    "a graph without an end": lambda folder: write_endless(folder / artefact.GRAPH),
    "a card of other bytes": lambda folder: (folder / artefact.CARD).write_bytes(b"\xff\xfe{"),
    "a card without an end": lambda folder: (folder / artefact.CARD).write_bytes(b"[" * 99_999),
    "no golden set": _card({"golden": []}),
    "absurd numbers": _card({"band": [2**70, -1], "margin": "wide", "created_at": "0001-01-01"}),
    "hostile words": _card({"languages": ["<script>" * 50, "\x1b]0;x"], "candidate": "\u202e"}),
    "a tokenizer of other bytes": lambda folder: (folder / artefact.TOKENIZER).write_bytes(b"{"),
    "a file more": lambda folder: (folder / "extra.bin").write_bytes(b"\0" * 1_000_000),
    "a folder more": lambda folder: (folder / "more").mkdir(),
}
TAGS: dict[str, dict[str, str]] = {
    "a digest that leads elsewhere": {DIGEST_TAG: "0123456789abcdef/../../../victim"},
    "an absolute digest": {DIGEST_TAG: "/tmp"},
    "an empty digest": {DIGEST_TAG: ""},
    "another digest": {DIGEST_TAG: "0" * 16},
    "a long digest": {DIGEST_TAG: "a" * 4_000},
    "a move that is no number": {"badbuzz.change": "9" * 400},
    "a negative move": {"badbuzz.change": "-1"},
}


class Registry:
    """One registered model, attacked.

    Args:
        versions: of it.
        uri: of the MLflow server.
        folder: for artefacts.
    """

    def __init__(self, versions: Versions, uri: str, folder: Path) -> None:
        self._versions, self._folder = versions, folder
        self._client = MlflowClient(uri, uri)

    def good(self) -> str:
        """Point the alias at a new good version; its number."""
        number = self._versions.register(self._made(0.0))
        self._versions.point(number)
        return number

    def attack(self, dice: random.Random) -> str:
        """Point the alias at a hostile version; what is wrong with it."""
        fault = dice.choice(sorted(FILES | TAGS))
        made = self._made(dice.uniform(-1, 1))
        tags = {DIGEST_TAG: artefact.digest(made), **TAGS.get(fault, {})}
        if fault in FILES:
            FILES[fault](made)
            with suppress(ArtefactError):  # the digest fits, so that the files are looked at
                tags[DIGEST_TAG] = artefact.digest(made)
        number = registered(self._versions, made, tags)
        self._client.set_registered_model_alias(self._versions.name, "champion", number)
        return fault

    def _made(self, bias: float) -> Path:
        return make_artefact(self._folder / f"artefact-{uuid4().hex}", bias)
