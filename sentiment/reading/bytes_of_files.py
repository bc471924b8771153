"""The bytes of a file, of a packed one or of standard input, with a look at their beginning."""

import gzip
import io
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from sentiment.errors import DataError

STANDARD_INPUT = "-"
HEAD_BYTES = 65_536
_PACKED = (".gz", ".zip")


@contextmanager
def open_bytes(path: Path) -> Iterator[io.BufferedReader]:
    """Open a file, what is packed in `.gz`, the one file in `.zip`, or standard input.

    Raises:
        DataError: a zip archive cannot be read, or holds another number of files than one.
        OSError: it cannot be opened.
    """
    with ExitStack() as stack:
        if str(path) == STANDARD_INPUT:
            raw: BinaryIO = stack.enter_context(open(0, "rb", 0, closefd=False))
        else:
            raw = stack.enter_context(path.open("rb", 0))
            head = raw.read(4)
            raw.seek(0)
            if head[:2] == b"\x1f\x8b":
                raw = cast(BinaryIO, stack.enter_context(gzip.open(raw)))
            elif head == b"PK\x03\x04":
                raw = cast(BinaryIO, stack.enter_context(_member(path, stack)))
        yield io.BufferedReader(cast(io.RawIOBase, raw), HEAD_BYTES)


def without_packing(path: Path) -> Path:
    """The name that a packed file has when it is unpacked."""
    return path.with_suffix("") if path.suffix.lower() in _PACKED else path


def _member(path: Path, stack: ExitStack) -> "zipfile.ZipExtFile":
    try:
        return _only_member(path, stack.enter_context(zipfile.ZipFile(path)))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError) as error:
        raise DataError(  # damaged, encrypted, packed in a way that Python does not know
            f"{path}: expected a zip archive, which its first bytes promise, got {error}; "
            "unpack it and name the file inside."
        ) from error


def _only_member(path: Path, archive: zipfile.ZipFile) -> "zipfile.ZipExtFile":
    names = [
        name
        for name in archive.namelist()
        if not name.endswith("/") and not name.startswith("__MACOSX/")
    ]
    if len(names) != 1:
        raise DataError(
            f"{path}: expected one file in the archive, got {len(names)}; unpack it and name one."
        )
    return archive.open(names[0])  # type: ignore[return-value]
