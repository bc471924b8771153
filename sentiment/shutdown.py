"""Ends a process in bounded time after a signal to stop, even if something in it hangs."""

import logging
import os
import threading

log = logging.getLogger(__name__)

_EXIT_CODE = 1


def exit_within(seconds: float) -> None:
    """End this process at once if it still runs after `seconds`. Returns immediately.

    Call it on the signal to stop. What is under way then is lost in memory only: Kafka
    aborts an open transaction, and its batch is done again.
    """
    timer = threading.Timer(seconds, _exit, [seconds])
    timer.daemon = True
    timer.start()


def _exit(seconds: float) -> None:
    log.error("Still running %.0f s after the signal to stop; ending now.", seconds)
    logging.shutdown()
    os._exit(_EXIT_CODE)
