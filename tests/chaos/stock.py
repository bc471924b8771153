"""A plain Faust agent, the way its documentation shows it, under Faust's own exactly_once.

The same topics, contract and Scorer as badbuzz; `python -m tests.chaos.run --stock` runs it.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import faust
import orjson

from sentiment.errors import BadMessageError
from sentiment.scorer import Scorer
from sentiment.topics import DEAD_LETTERS, SCORED, TWEETS
from stream.dlq import dead_letter
from stream.scoring.parsing import parse_tweet


def build() -> faust.App:
    """The application; its settings come from the chaos run's environment."""
    app = faust.App(
        "badbuzz",
        broker=f"kafka://{os.environ['KAFKA_BROKERS']}",
        store="memory://",
        datadir=Path(os.environ["BADBUZZ_STATE_DIR"]),
        processing_guarantee="exactly_once",
        broker_session_timeout=float(os.environ["BADBUZZ_SESSION_SECONDS"]),
        broker_heartbeat_interval=1.0,
        web_enabled=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
    )
    scorer = Scorer(Path(os.environ["CHAOS_ARTEFACT"]), threads=1)
    tweets = app.topic(TWEETS, key_serializer="raw", value_serializer="raw")
    scored = app.topic(SCORED, key_serializer="raw", value_serializer="raw")
    dead = app.topic(DEAD_LETTERS, key_serializer="raw", value_serializer="raw")

    @app.agent(tweets)
    async def score(stream: "faust.Stream[bytes]") -> AsyncIterator[None]:
        async for event in stream.events():
            source = event.message
            try:
                tweet = parse_tweet(event.value, 4_000)
            except BadMessageError:
                place = {
                    dead_letter.PARTITION: str(source.partition).encode(),
                    dead_letter.OFFSET: str(source.offset).encode(),
                }
                await dead.send(value=event.value, partition=source.partition, headers=place)
                continue
            result = {
                "id": tweet.id,
                "text": tweet.text,
                "p_negative": float(scorer.score([tweet.text]).p_negative[0]),
                "source_partition": source.partition,
                "source_offset": source.offset,
            }
            await scored.send(value=orjson.dumps(result), partition=source.partition)
            yield

    return app


if __name__ == "__main__":
    faust.Worker(build(), loglevel="WARNING").execute_from_commandline()
