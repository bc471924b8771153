"""Transactional producers: how one is made, and how one that may be broken is closed."""

import asyncio
from contextlib import suppress

from aiokafka import AIOKafkaProducer
from aiokafka.errors import IllegalOperation, KafkaError

from sentiment.topics import DEAD_LETTER_ROOM
from stream.kafka.aiokafka_internals import cancel_sender, retrieve_errors
from stream.settings import StreamSettings

TRANSACTION_ERRORS = (KafkaError, OSError, TimeoutError, IllegalOperation, AssertionError)
"""What aiokafka raises when its connection or its state machine breaks during a transaction."""

_BATCH_OVERHEAD_BYTES = 1_024
_RETRY_BACKOFF_MS = 10


def transactional_producer(settings: StreamSettings, transactional_id: str) -> AIOKafkaProducer:
    """A producer, not started. It ends an open transaction after `transaction_seconds`."""
    milliseconds = int(settings.transaction_seconds * 1000)
    return AIOKafkaProducer(
        **settings.kafka_client,
        transactional_id=transactional_id,
        transaction_timeout_ms=milliseconds,
        request_timeout_ms=milliseconds,
        retry_backoff_ms=_RETRY_BACKOFF_MS,
        max_batch_size=settings.max_message_bytes - _BATCH_OVERHEAD_BYTES,
        max_request_size=settings.max_message_bytes + DEAD_LETTER_ROOM,
        compression_type=None if settings.compression == "none" else settings.compression,
    )


async def close_producer(producer: AIOKafkaProducer) -> None:
    """Stop a producer; if it does not stop within a second, cut its connections.

    Raises:
        asyncio.CancelledError: the caller was cancelled; the producer is closed all the same.
    """
    retrieve_errors(producer)
    with suppress(*TRANSACTION_ERRORS, asyncio.CancelledError):
        async with asyncio.timeout(1):
            await producer.stop()
            return
    with suppress(*TRANSACTION_ERRORS):
        cancel_sender(producer)
        async with asyncio.timeout(1):
            await producer.client.close()
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        # The cancellation that was suppressed above was meant for the caller.
        raise asyncio.CancelledError
