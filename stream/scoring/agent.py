"""The agent on `tweets`: hands batches to the threads that score them."""

from typing import Any

from sentiment.topics import DEAD_LETTERS, MENTIONS, SCORED, TWEETS
from stream.app import StreamApp
from stream.batches.executor import BatchExecutor
from stream.scoring.score_batch import ScoreBatch, Scoring
from stream.transactions.offset_metadata import read_model
from stream.transactions.partition_writer import PartitionWriter


def add_score_agent(app: StreamApp, scoring: Scoring) -> None:
    settings = app.stream_settings
    name = settings.topic(TWEETS)
    topic = app.topic(name, key_serializer="raw", value_serializer="raw", acks=False)
    # One thread more than score: it parses or serialises meanwhile. Another one would only wait.
    threads = BatchExecutor(settings.scorer_threads + 1, settings.batch_records)

    async def score(batches: Any) -> None:
        """Score tweets as they come."""
        async for batch in batches:
            app.pipeline.submit(batch, ScoreBatch(scoring, app.champion.current), threads)

    async def in_order(writer: PartitionWriter) -> bool:
        pointer = read_model(writer.metadata)
        return pointer is None or await app.champion.at_least(pointer)

    outputs = [settings.topic(base) for base in (SCORED, DEAD_LETTERS, MENTIONS)]
    app.assignment.register_agent(name, outputs, in_order)
    app.agent(topic, name="score")(score)
