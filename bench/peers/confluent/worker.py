"""A loop written by hand over confluent-kafka: read, score, publish, commit; at least once."""

import signal
from threading import Event

from confluent_kafka import Consumer, Producer

from bench.peers.contract import Item, make_work
from bench.peers.job import Job, from_environment


def main(job: Job, stopped: Event) -> None:
    """Run until `stopped`."""
    consumer = Consumer(
        {
            "bootstrap.servers": job.brokers,
            "group.id": job.prefix,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    producer = Producer(
        {
            "bootstrap.servers": job.brokers,
            "compression.type": "lz4",
            "linger.ms": 1,
            "queue.buffering.max.messages": 1_000_000,
        }
    )
    work = make_work(job)
    consumer.subscribe([job.source])
    while not stopped.is_set():
        messages = [m for m in consumer.consume(job.batch, 0.01) if not m.error()]
        if not messages:
            continue
        values = work([Item(m.value(), m.partition(), m.offset()) for m in messages])
        for m, value in zip(messages, values, strict=True):
            producer.produce(job.target, value, m.key(), m.partition(), timestamp=m.timestamp()[1])
        producer.flush()
        consumer.commit(asynchronous=False)
    consumer.close()


if __name__ == "__main__":
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    main(from_environment(), stop)
