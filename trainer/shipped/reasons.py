"""Trains the model that tells what a complaint is about, and measures it on airlines left out.

`AIRLINE_TWEETS=FILE python -m trainer.shipped.reasons` reads a table (CSV, JSON, in a zip) with
the columns `text`, `airline` and `reason` (`negativereason` in the original data), writes
`sentiment/reasons.json` and prints the figures. Tweets without a reason, and those whose reason
nobody could tell, teach what is unknown.
"""

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

import sentiment.reasons
from sentiment.errors import DataError
from sentiment.reading.table_format import TableFormat
from sentiment.reading.tables import open_table, read_rows
from sentiment.reasons import POWER, REASONS, UNKNOWN, ReasonModel
from sentiment.text import clean, words

CLASSES = (*REASONS, UNKNOWN)
_LABELS = {
    "Late Flight": "late",
    "Cancelled Flight": "cancelled",
    "Customer Service Issue": "service",
    "Lost Luggage": "lost_luggage",
    "Damaged Luggage": "damaged_luggage",
    "Flight Booking Problems": "booking",
    "Bad Flight": "quality",
    "Flight Attendant Complaints": "staff",
    "longlines": "lines",
    "Can't Tell": UNKNOWN,
    "": UNKNOWN,
}
_VOCABULARY = 3_000
_LEAST_TEXTS = 2
_WITHOUT_REASON = 0.25
"""Of the tweets without a reason, so many teach: they are praise and questions, and easy."""
_STRENGTH = 3.0
_BALANCE = 0.5
"""A reason weighs by how seldom it is to this power."""
_DIGITS = 2


class Complaint(NamedTuple):
    """A labelled tweet."""

    text: str
    airline: str
    reason: str
    is_complaint: bool


def read_complaints(path: Path) -> list[Complaint]:
    """The labelled tweets of a table.

    Raises:
        DataError: a column is missing, or a reason is unknown.
    """
    found = []
    with open_table(path, TableFormat()) as table:
        for row in read_rows(table):
            label = row.get("reason", row.get("negativereason"))
            if label is None or "airline" not in row or "text" not in row:
                raise DataError(
                    f"{path}: expected the columns text, airline and reason, got {', '.join(row)}."
                )
            if label not in _LABELS:
                raise DataError(
                    f"{path}: expected a reason among {', '.join(_LABELS)}, got {label!r}."
                )
            found.append(Complaint(row["text"], row["airline"], _LABELS[label], label != ""))
    return found


def train(rows: Sequence[Complaint], seed: int) -> ReasonModel:
    """Logistic regression over words; the same rows and seed give the same model."""
    rng = np.random.default_rng(seed)
    rows = [row for row in rows if row.is_complaint or rng.random() < _WITHOUT_REASON]
    said = [words(clean(row.text)) for row in rows]
    held = Counter(word for text in said for word in set(text))
    known = [word for word, count in held.most_common(_VOCABULARY) if count >= _LEAST_TEXTS]
    places = {word: place for place, word in enumerate(known)}
    labels = np.array([CLASSES.index(row.reason) for row in rows])
    sizes = np.bincount(labels, minlength=len(CLASSES))
    weight = (len(labels) / len(CLASSES) / np.maximum(sizes, 1)) ** _BALANCE
    estimator = LogisticRegression(C=_STRENGTH, max_iter=200, tol=1e-3)
    estimator.fit(_features(said, places), labels, sample_weight=weight[labels])
    classes = [CLASSES[number] for number in estimator.classes_]
    return ReasonModel(classes, estimator.intercept_, places, estimator.coef_.T)


def _features(said: Sequence[Sequence[str]], places: dict[str, int]) -> csr_matrix:
    rows = [[places[word] for word in text if word in places] for text in said]
    lengths = np.array([len(row) for row in rows])
    values = np.repeat(np.maximum(lengths, 1) ** -POWER, lengths)
    ids = [place for row in rows for place in row]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return csr_matrix((values, ids, offsets), (len(rows), len(places)))


def measure(rows: Sequence[Complaint], seed: int) -> dict[str, Any]:
    """Figures on each airline by a model of the others.

    Returns:
        macro-F1 over the nine reasons of the best class, without a threshold on texts that have
        one of them; and of what is named at all: its part of the complaints, and its precision.
    """
    truth: list[str] = []
    best: list[str] = []
    named: list[str] = []
    for airline in sorted({row.airline for row in rows}):
        model = train([row for row in rows if row.airline != airline], seed)
        own = [row for row in rows if row.airline == airline and row.is_complaint]
        truth += [row.reason for row in own]
        best += [_best(model, row.text) for row in own]
        named += [model.reason(row.text) for row in own]
    has_reason = np.array(truth) != UNKNOWN
    scores = f1_score(
        np.array(truth)[has_reason], np.array(best)[has_reason], labels=REASONS, average=None
    )
    told = np.array(named) != UNKNOWN
    return {
        "complaints": len(truth),
        "macro_f1": round(float(scores.mean()), 3),
        "f1": dict(zip(REASONS, np.round(scores, 2).tolist(), strict=True)),
        "named": round(float(told.mean()), 3),
        "precision": round(float((np.array(truth) == np.array(named))[told].mean()), 3),
    }


def _best(model: ReasonModel, text: str) -> str:
    found = [model.places[word] for word in words(clean(text)) if word in model.places]
    summed: NDArray[np.float64] = model.weights[found].sum(axis=0)
    scores = summed / max(len(found), 1) ** POWER + model.intercepts
    return model.classes[int(scores.argmax())]


def write(model: ReasonModel, path: Path) -> None:
    """The model as JSON, with two decimals."""
    rows = np.round(model.weights, _DIGITS).tolist()
    content = {
        "classes": list(model.classes),
        "intercepts": np.round(model.intercepts, _DIGITS).tolist(),
        "words": dict(zip(model.places, rows, strict=True)),
    }
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n", "utf-8")


@click.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path),
              default=Path(sentiment.reasons.__file__).with_name("reasons.json"))  # fmt: skip
@click.option("--seed", default=7, show_default=True)
def main(*, out: Path, seed: int) -> None:
    """Train on the table of AIRLINE_TWEETS."""
    place = os.environ.get("AIRLINE_TWEETS")
    if not place:
        raise DataError("expected a table of labelled complaints in AIRLINE_TWEETS, got none.")
    rows = read_complaints(Path(place))
    write(train(rows, seed), out)
    click.echo(json.dumps(measure(rows, seed), indent=1))


if __name__ == "__main__":
    main()
