"""The work itself, the same for every peer: a tweet's bytes in, a scored tweet's bytes out."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import orjson

from bench import clock
from bench.peers.job import Job
from sentiment.messages import SCHEMA_VERSION, Tweet
from sentiment.scorer import Scorer
from sentiment.scores import Scores


class Item(NamedTuple):
    """A record to score: its value and where it stood."""

    value: bytes
    partition: int
    offset: int


Work = Callable[[Sequence[Item]], list[bytes]]

_parse = Tweet.__pydantic_validator__.validate_json


def make_work(job: Job) -> Work:
    """The work of a job."""
    if job.mode == "pass":
        return lambda items: [item.value for item in items]
    clock.install(job.clock)
    scorer = Scorer(job.artefact, threads=job.threads)

    def work(items: Sequence[Item]) -> list[bytes]:
        tweets: list[Tweet] = [_parse(item.value) for item in items]
        if job.mode == "score":
            scores = scorer.score([tweet.text for tweet in tweets])
        else:
            scores = Scores(np.full(len(tweets), 0.25, np.float32))
        answers = scores.answers(scorer.labels(scores))
        about = {
            "model_name": scorer.model.name,
            "model_version": scorer.model.version,
            "model_digest": scorer.model.digest,
            "scored_at": datetime.now(UTC),
            "source_topic": job.source,
            "schema_version": SCHEMA_VERSION,
        }
        return [
            orjson.dumps(
                {
                    **tweet.__dict__,
                    **answer._asdict(),
                    **about,
                    "source_partition": item.partition,
                    "source_offset": item.offset,
                }
            )
            for tweet, item, answer in zip(tweets, items, answers, strict=True)
        ]

    return work
