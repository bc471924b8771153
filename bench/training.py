"""`python -m bench.training CANDIDATE`: does a training on 1.6 million rows fit time and memory?

The rows are the training part of SENTIMENT140_CSV over and over, each time with other noise. They
serve for time and memory alone: a model of made-up texts says nothing of its quality.
"""

import json
import resource
import tempfile
import time
from pathlib import Path

import click
import numpy as np
from rich.console import Console

from bench.settings import BenchSettings
from trainer.candidates.logistic import Logistic
from trainer.candidates.lstm import Lstm
from trainer.context import Context
from trainer.data.augment import variants
from trainer.data.tweets import Split, Tweets, load_sentiment140, split
from trainer.networks.network import Schedule


@click.command()
@click.argument("candidate", type=click.Choice(["logistic", "lstm"]))
@click.option("--rows", default=1_600_000, show_default=True, help="To train on.")
@click.option("--glove", default=Path("data"), show_default=True,
              type=click.Path(file_okay=False, path_type=Path), help="GloVe's folder.")  # fmt: skip
def main(candidate: str, rows: int, glove: Path) -> None:
    """Train once; a network for one epoch. Prints seconds and gigabytes as JSON."""
    parts = split(load_sentiment140(BenchSettings().sentiment140_csv))
    grown = Split(_grown(parts.train, rows), parts.validation, parts.test)
    one_epoch = Schedule(epochs=1, batch=128, rate=2e-3)
    model = Logistic() if candidate == "logistic" else Lstm(glove, plan=one_epoch)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        model.fit(grown, Context(Path(folder), Console(stderr=True)))
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    click.echo(json.dumps({"candidate": candidate, "rows": len(grown.train),
                           "seconds": round(seconds, 1), "peak_gb": round(peak, 1)}))  # fmt: skip


def _grown(tweets: Tweets, rows: int) -> Tweets:
    copies = -(-rows // len(tweets)) - 1
    texts = [*tweets.texts, *variants(tweets.texts, copies)]
    return Tweets(texts[:rows], np.tile(tweets.negative, copies + 1)[:rows])


if __name__ == "__main__":
    main()
