"""Quix Streams, one message at a time as its `apply` has it."""

import sys

from quixstreams import Application, message_context

from bench.peers.contract import Item, make_work
from bench.peers.job import Job, from_environment


def main(job: Job, exactly_once: bool) -> None:
    """Run until SIGTERM."""
    app = Application(
        job.brokers,
        consumer_group=job.prefix,
        auto_offset_reset="earliest",
        auto_create_topics=False,
        state_dir=job.state,
        loglevel="WARNING",
        producer_extra_config={"compression.type": "lz4"},
        # A transaction of theirs holds as many messages as one of badbuzz.
        commit_every=job.batch if exactly_once else 0,
        processing_guarantee="exactly-once" if exactly_once else "at-least-once",
    )
    work = make_work(job)

    def score(value: bytes) -> bytes:
        context = message_context()
        return work([Item(value, context.partition, context.offset)])[0]

    raw = {f"{part}_{kind}": "bytes" for part in ("key", "value")
           for kind in ("serializer", "deserializer")}  # fmt: skip
    frame = app.dataframe(app.topic(job.source, **raw))
    frame.apply(score).to_topic(app.topic(job.target, **raw))
    app.run()


if __name__ == "__main__":
    main(from_environment(), exactly_once="exactly-once" in sys.argv[1:])
