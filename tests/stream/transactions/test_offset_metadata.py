import pytest

from sentiment.registry import Pointer
from stream.transactions.offset_metadata import read_model, write_model


def test_a_note_gives_back_the_pointer_that_was_written() -> None:
    pointer = Pointer(12, "7", "0123456789abcdef")
    assert read_model(write_model(pointer)) == pointer


@pytest.mark.parametrize(
    "note", ["", "{", "[]", "3", "null", '{"change": 1}', '{"change": "x", "version": 1}']
)
def test_a_note_that_is_not_ours_names_no_version(note: str) -> None:
    assert read_model(note) is None
