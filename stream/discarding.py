"""Ending a producer that may be broken."""

import asyncio
from contextlib import suppress

from aiokafka import AIOKafkaProducer
from aiokafka.errors import IllegalOperation, KafkaError

BROKEN = (KafkaError, OSError, TimeoutError, IllegalOperation, AssertionError)
"""What aiokafka lets through when its connection or state machine breaks under a transaction."""


async def discard(producer: AIOKafkaProducer) -> None:
    """Stop it; where it cannot say goodbye within a second, cut its connections.

    Raises:
        asyncio.CancelledError: whoever waits was cancelled; the producer has ended all the same.
    """
    _retrieve_errors(producer)
    with suppress(*BROKEN, asyncio.CancelledError):
        async with asyncio.timeout(1):
            await producer.stop()
            return
    with suppress(*BROKEN):
        sender = producer._sender.sender_task
        if sender is not None:
            sender.cancel()
        async with asyncio.timeout(1):
            await producer.client.close()
    task = asyncio.current_task()
    if task is not None and task.cancelling():  # what was suppressed above was meant for us
        raise asyncio.CancelledError


def _retrieve_errors(producer: AIOKafkaProducer) -> None:
    """What broke was told where it was waited for: asyncio need not print it again."""
    waiters = [producer._txn_manager._transaction_waiter]
    for batches in producer._message_accumulator._batches.values():
        waiters += [batch._drain_waiter for batch in batches]
    for waiter in waiters:
        if waiter is not None and waiter.done() and not waiter.cancelled():
            waiter.exception()
