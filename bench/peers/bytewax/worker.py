"""Bytewax, in the batches that its Kafka source reads."""

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.run import cli_main

from bench.peers.contract import Item, make_work
from bench.peers.job import Job, from_environment


def flow(job: Job) -> Dataflow:
    """Topic, Scorer, topic. No recovery store: where it starts again, it starts from the front."""
    work = make_work(job)

    def score(messages: list[KafkaSourceMessage]) -> list[KafkaSinkMessage]:
        items = [Item(m.value, m.partition, m.offset) for m in messages]
        return [
            KafkaSinkMessage(m.key, value, partition=m.partition, timestamp=m.timestamp[1])
            for m, value in zip(messages, work(items), strict=True)
        ]

    dataflow = Dataflow("score")
    source = KafkaSource([job.brokers], [job.source], batch_size=job.batch)
    scored = op.flat_map_batch("score", op.input("read", dataflow, source), score)
    op.output("write", scored, KafkaSink([job.brokers], job.target, {"compression.type": "lz4"}))
    return dataflow


if __name__ == "__main__":
    cli_main(flow(from_environment()))
