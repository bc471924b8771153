"""Puts a version in the place of the one that ships with badbuzz.

`python -m trainer.shipped.release VERSION` takes a version of the registry, or the folder of an
artefact, measures it on the test rows of the sources in `data/`, and writes the shipped folder with
its model card. With `BADBUZZ_START` set, the card says that it went on from the one that ships now.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from sentiment import artefact
from sentiment.errors import ArtefactError, DataError
from sentiment.settings import load_settings
from trainer.candidates.further import TAUGHT, Further
from trainer.evaluation.parts import PartMetrics
from trainer.registry.commit import commit
from trainer.registry.versions import folder_of
from trainer.reports.model_card import COPIES_LEFT_OUT, Origin, model_card
from trainer.settings import TrainerSettings
from trainer.shipped import MODEL_CARD, PARTS, shipped_folder
from trainer.sources.rows import Rows

LARGEST_MB = 16
"""What a version that ships may take, in all."""

COMMAND = "badbuzz train multilingual fast"
"""Trains such a version from the start."""


def release(folder: Path, train: Rows, parts: Sequence[PartMetrics], origin: Origin) -> None:
    """Copy an artefact and write its figures and its model card.

    Raises:
        ArtefactError: it is larger than a version that ships may be.
        DataError: it learned from other rows than `train`, of which the card would tell.
    """
    card = artefact.read_card(folder)
    size = sum((folder / name).stat().st_size for name in artefact.FILES) / 1e6
    if size > LARGEST_MB:
        raise ArtefactError(f"expected at most {LARGEST_MB} MB in {folder}, got {size:.1f} MB.")
    if card.data_digest != train.digest():
        raise DataError(
            f"expected a version that learned from the rows of data/ (digest {train.digest()}), "
            f"got one of {card.data_digest}: its card would tell of other data. Train it here."
        )
    to = shipped_folder()
    to.mkdir(exist_ok=True)
    for name in artefact.FILES:
        shutil.copy(folder / name, to / name)
    listed = [part.model_dump(mode="json") for part in parts]
    (to.parent / PARTS).write_text(json.dumps(listed, indent=1) + "\n", "utf-8")
    told = model_card(card, train, parts, origin)
    (to.parent / MODEL_CARD).write_text(told, "utf-8")


def learned_from(unlabelled: Mapping[str, Sequence[str]]) -> str:
    """What a fast model learns from besides labels, for its card.

    Args:
        unlabelled: texts by the name of their file.
    """
    files = ", ".join(f"{name} {len(texts):,}" for name, texts in unlabelled.items())
    count = sum(len(texts) for texts in unlabelled.values())
    return (
        "After a training on the labels it was tuned with the opinion of `multilingual` (an "
        "encoder of many languages, fine-tuned on the same rows) on some of the rows and on "
        f"{count:,} tweets without labels{f' ({files})' if files else ''}; the mean of the weights "
        "ships. Its table started as that encoder's word vectors. Made-up sentences teach negation "
        "and facts (`trainer.data.sentences`). Words of the package wordfreq (CC BY-SA 4.0) fill "
        "its vocabulary."
    )


def went_on(before: str, unlabelled: Mapping[str, Sequence[str]], copies: int = 0) -> str:
    """What a version learned from that went on from another.

    Args:
        before: the model card of the other.
        unlabelled: texts by the name of their file.
        copies: variants of each row that it asked `multilingual` about; 0: there was no teacher.
    """
    told = before.partition(COPIES_LEFT_OUT)[2].partition("\n\n")[0].strip()
    count = sum(map(len, unlabelled.values()))
    if copies:
        return (
            f"{told} Then it went on once more: with its own opinion of English tweets, that of "
            "`multilingual` of tweets in other languages, with labels and without, and of "
            f"{copies} made-up variants of each labelled one, and "
            f"{TAUGHT.two_class_rows:,} rows of Sentiment140."
        )
    return (
        f"{told} From there it went on (`trainer.candidates.further`): with all labels once more, "
        f"its own opinion of the rows of three classes and of {count:,} tweets without labels (at "
        f"most {Further.most_unlabelled:,} of them), and more made-up sentences."
    )


def main() -> None:
    """The command."""
    from trainer.source_training import measure_parts, training_command  # noqa: PLC0415
    from trainer.sources.catalogue import load_sources  # noqa: PLC0415 - scikit-learn takes seconds
    from trainer.sources.split import split_sources  # noqa: PLC0415
    from trainer.sources.unlabelled import unlabelled_by_file  # noqa: PLC0415

    if len(sys.argv) != 2:
        raise SystemExit("expected a version of the registry, or the folder of an artefact.")
    settings = load_settings(TrainerSettings)
    parts = split_sources(load_sources(settings.data_dir))
    unlabelled = unlabelled_by_file(settings.data_dir)
    command, learned = COMMAND, learned_from(unlabelled)
    if settings.start:
        before = (shipped_folder().parent / MODEL_CARD).read_text("utf-8")
        copies = settings.copies if settings.taught else 0
        command = training_command("fast", settings)
        learned = went_on(before, unlabelled, copies)
    with tempfile.TemporaryDirectory() as place:
        # Figures are written into the card, and a version of the registry must stay as it is.
        folder = Path(place, "artefact")
        shutil.copytree(folder_of(settings, sys.argv[1]), folder)
        every = len(parts.test)  # a version that may ship is fast
        found = measure_parts(folder, parts, settings.scorer_threads, most=every)
        release(folder, parts.train, found, Origin(command, settings.seed, commit(), learned))


if __name__ == "__main__":
    main()
