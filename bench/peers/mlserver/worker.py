"""Writes MLServer's configuration and becomes MLServer."""

import json
import os
import socket
import sys
from pathlib import Path

from bench.peers.job import Job, from_environment


def configure(job: Job) -> None:
    """Kafka on, one process, all ports on loopback."""
    http, grpc, metrics = _free_ports(3)
    server = {
        "host": "127.0.0.1",
        "http_port": http,
        "grpc_port": grpc,
        "metrics_port": metrics,
        "debug": False,
        "parallel_workers": 0,
        "kafka_enabled": True,
        "kafka_servers": job.brokers,
        "kafka_topic_input": job.source,
        "kafka_topic_output": job.target,
    }
    model = {
        "name": "sentiment",
        "implementation": "bench.peers.mlserver.model.Sentiment",
        "max_batch_size": job.batch,
        "max_batch_time": 0.02,
    }
    (job.state / "settings.json").write_text(json.dumps(server))
    (job.state / "model-settings.json").write_text(json.dumps(model))


def _free_ports(number: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


if __name__ == "__main__":
    task = from_environment()
    configure(task)
    program = str(Path(sys.executable).with_name("mlserver"))
    os.execv(program, [program, "start", str(task.state)])
