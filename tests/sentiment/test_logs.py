import logging

from sentiment.logs import Seldom


def line(name: str, text: str, *values: object) -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, "", 0, text, values, None)


def test_a_chatty_library_repeats_itself_once_in_a_while_only() -> None:
    seldom = Seldom()
    assert seldom.filter(line("aiokafka.client", "Unable to connect to %s", "a"))
    assert not seldom.filter(line("aiokafka.client", "Unable to connect to %s", "b"))
    assert seldom.filter(line("aiokafka.client", "Another fault"))


def test_badbuzz_itself_is_never_silenced() -> None:
    seldom = Seldom()
    for _ in range(3):
        assert seldom.filter(line("stream.transactions", "transaction broke"))
