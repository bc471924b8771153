"""Texts without labels, for models that learn from another one's opinion."""

from pathlib import Path

from sentiment.errors import DataError
from trainer.sources.catalogue import FOLDER
from trainer.sources.readers import unescaped

UNLABELLED = "unlabelled"
"""Folders whose name begins so hold text files, one text a line, in any of the model's languages:
`unlabelled` a person's own, `unlabelled-tweeteval` what `populate_data.sh` fetches."""


def unlabelled_texts(data_dir: Path) -> list[str]:
    """All lines of all files, each text once; none where there are no files."""
    return [text for texts in unlabelled_by_file(data_dir).values() for text in texts]


def unlabelled_by_file(data_dir: Path) -> dict[str, list[str]]:
    """The same by the file's place in `sources/`; a text counts for the first that has it.

    Raises:
        DataError: a file cannot be read.
    """
    folder, known = data_dir / FOLDER, set[str]()
    found = {}
    for path in sorted(folder.glob(f"{UNLABELLED}*/**/*.txt")):
        try:
            lines = path.read_text("utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"expected texts in {path}, one a line, got: {error}") from error
        texts = dict.fromkeys(unescaped(line) for line in lines if line.strip())
        found[str(path.relative_to(folder))] = [text for text in texts if text not in known]
        known |= texts.keys()
    return found
