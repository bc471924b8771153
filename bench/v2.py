"""Tweets as MLServer's Kafka input wants them: requests of the V2 inference protocol."""

import orjson

from bench.kafka import Headers
from bench.texts import Messages

HEADERS: Headers = [("mlserver-model", b"sentiment")]


def as_requests(messages: Messages) -> list[bytes]:
    """One request for each tweet."""
    return [_request(value) for value in messages.values]


def _request(value: bytes) -> bytes:
    tweet = {"name": "tweet", "shape": [1], "datatype": "BYTES", "data": [value.decode()]}
    return orjson.dumps({"inputs": [tweet]})
