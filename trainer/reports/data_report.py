"""What the data holds: duplicates, contradicting labels, lengths, and what cleaning finds."""

from collections import defaultdict

import numpy as np
from pydantic import BaseModel, Field
from rich.table import Table

from sentiment.text import clean, words
from trainer.data.tweets import Split, Tweets, normalised
from trainer.evaluation.slices import sizes_and_masks


class DataReport(BaseModel):
    """Counts over labelled tweets; two texts are the same if their normalised texts are."""

    rows: int
    negative: int
    digest: str
    duplicates: int = Field(description="rows whose text occurs in an earlier row")
    contradicting: int = Field(description="rows whose text stands there with both labels")
    empty: int = Field(description="rows without a word once links and names are gone")
    words_median: float
    words_p99: float
    words_most: int
    with_sign: dict[str, int] = Field(description="rows in each slice")

    @property
    def noise(self) -> float:
        """Share of repeated texts' rows whose label contradicts another: label noise, at least."""
        repeated = self.duplicates + self.contradicting
        return self.contradicting / repeated if repeated else 0.0


def data_report(tweets: Tweets) -> DataReport:
    """Count over all rows."""
    labels: defaultdict[str, list[int]] = defaultdict(list)
    for text, negative in zip(tweets.texts, tweets.negative.tolist(), strict=True):
        labels[normalised(text)].append(negative)
    empty = labels.pop("", [])
    sizes, signs = sizes_and_masks(tweets.texts)
    return DataReport(
        rows=len(tweets),
        negative=int(tweets.negative.sum()),
        digest=tweets.digest(),
        duplicates=sum(len(group) - 1 for group in labels.values()),
        contradicting=sum(len(group) for group in labels.values() if len(set(group)) == 2),
        empty=len(empty),
        words_median=float(np.median(sizes)),
        words_p99=float(np.percentile(sizes, 99)),
        words_most=int(sizes.max(initial=0)),
        with_sign={name: int(rows.sum()) for name, rows in signs.items()},
    )


def word_counts(tweets: Tweets) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Words and marks of each text, int64 [n]."""
    return np.array([len(words(clean(text))) for text in tweets.texts], np.int64)


def report_table(report: DataReport, split: Split) -> Table:
    """The report for people."""
    table = Table(title=f"Data (digest {report.digest})", show_header=False)
    parts = (len(split.train), len(split.validation), len(split.test))
    rows = {
        "rows": f"{report.rows:,}",
        "train, validation, test": ", ".join(f"{part:,}" for part in parts),
        "negative": f"{report.negative:,} ({report.negative / report.rows:.1%})",
        "repeats of an earlier text": f"{report.duplicates:,}",
        "same text under both labels": f"{report.contradicting:,}",
        "nothing but links and names": f"{report.empty:,}",
        "words: median, 99 %, most": (
            f"{report.words_median:.0f}, {report.words_p99:.0f}, {report.words_most}"
        ),
        **{f"with: {name}": f"{count:,}" for name, count in report.with_sign.items()},
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table
