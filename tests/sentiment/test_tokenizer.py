"""The same ids for a text, alone or among others, whatever its signs."""

import json
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer as FastTokenizer
from tokenizers import models, pre_tokenizers, processors

from sentiment.errors import ArtefactError
from sentiment.text import clean, words
from sentiment.tokenizer import (
    HuggingFaceTokenizer,
    NgramTokenizer,
    Ragged,
    Tokenizer,
    WordTokenizer,
    load_tokenizer,
    vocabulary_of,
)

VOCABULARY = ["late", "good", "not", "n't", "do", "<url>", "<user>", "!!"]
ODD_SIGNS = "\x00\u0301\u200d\ufe0f\u202e\ufffd\u4f60\U0001f468\U0001f3fd\u0130\u00df "
TEXTS = st.lists(
    st.text()
    | st.text(alphabet=ODD_SIGNS + "ab@#:)!'")
    | st.lists(st.sampled_from([*VOCABULARY, "don't", "@me", "unheard", " "])).map(" ".join),
    max_size=8,
)


def huggingface(max_tokens: int = 8) -> HuggingFaceTokenizer:
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *VOCABULARY[:5], "link"]
    fast = FastTokenizer(models.WordLevel({name: n for n, name in enumerate(names)}, "[UNK]"))
    fast.pre_tokenizer = pre_tokenizers.Whitespace()
    fast.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return HuggingFaceTokenizer(json.loads(fast.to_str()), max_tokens, {"<url>": "link"})


TOKENIZERS: dict[str, Callable[[], Tokenizer]] = {
    "words": lambda: WordTokenizer(VOCABULARY, max_tokens=5),
    "ngrams": lambda: NgramTokenizer(
        VOCABULARY, pair_buckets=97, run_buckets=101, runs=(2, 4), max_chars=40, silent=["do"]
    ),
    "runs alone": lambda: NgramTokenizer([], pair_buckets=0, run_buckets=11, runs=(1, 3)),
    "pairs alone": lambda: NgramTokenizer([], pair_buckets=7, silent=VOCABULARY),
    "huggingface": huggingface,
}


def rows(encoded: Ragged) -> list[list[int]]:
    assert encoded.ids.dtype == np.int32
    assert encoded.offsets.dtype == np.int64
    assert encoded.offsets[0] == 0
    assert encoded.offsets[-1] == len(encoded.ids)
    assert (encoded.lengths >= 0).all()
    return [part.tolist() for part in np.split(encoded.ids, encoded.offsets[1:-1])][: len(encoded)]


@pytest.mark.parametrize("kind", TOKENIZERS)
@given(texts=TEXTS)
def test_a_text_has_the_same_ids_alone_and_in_a_batch(kind: str, texts: list[str]) -> None:
    tokenizer = TOKENIZERS[kind]()
    together = rows(tokenizer.encode(texts))
    assert len(together) == len(texts)
    for text, ids in zip(texts, together, strict=True):
        assert rows(tokenizer.encode([text])) == [ids]


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_a_saved_tokenizer_gives_the_same_ids(kind: str, tmp_path: Path) -> None:
    tokenizer = TOKENIZERS[kind]()
    tokenizer.save(tmp_path / "tokenizer.json")
    loaded = load_tokenizer(tmp_path / "tokenizer.json")
    texts = ["not good, don't be late!! http://t.co/a @me", "unheard \u4f60", ""]
    assert rows(loaded.encode(texts)) == rows(tokenizer.encode(texts))
    assert loaded.unknown_id == tokenizer.unknown_id


def test_words_outside_the_vocabulary_share_one_id_and_a_long_text_is_cut() -> None:
    tokenizer = WordTokenizer(VOCABULARY, max_tokens=5)
    texts = ["late unheard good", "", "late " * 9]
    assert rows(tokenizer.encode(texts)) == [[2, 1, 3], [1], [2] * 5]


def naive_ngrams(tokenizer: NgramTokenizer, text: str) -> tuple[Counter[int], int, int]:
    """Ids of known words, the number of pairs and the number of runs, one text at a time."""
    cleaned = clean(text)[: tokenizer.max_chars]
    found = words(cleaned)
    known = set(tokenizer.vocabulary) | set(tokenizer.silent)
    unigrams = Counter(tokenizer.vocabulary.index(w) for w in found if w in tokenizer.vocabulary)
    pairs = sum(a in known and b in known for a, b in pairwise(found))
    padded = f" {cleaned} "
    shortest, longest = tokenizer.runs
    runs = sum(max(len(padded) - n + 1, 0) for n in range(shortest, longest + 1))
    return unigrams, pairs, runs


@given(texts=TEXTS)
def test_ngrams_are_the_words_the_pairs_and_the_runs_of_each_text(texts: list[str]) -> None:
    tokenizer = TOKENIZERS["ngrams"]()
    assert isinstance(tokenizer, NgramTokenizer)
    size = len(tokenizer.vocabulary)
    for text, ids in zip(texts, rows(tokenizer.encode(texts)), strict=True):
        unigrams, pairs, runs = naive_ngrams(tokenizer, text)
        assert Counter(i for i in ids if i < size) == unigrams
        assert sum(size <= i < size + tokenizer.pair_buckets for i in ids) == pairs
        assert sum(size + tokenizer.pair_buckets <= i < tokenizer.size for i in ids) == runs
        assert all(0 <= i < tokenizer.size for i in ids)


def test_the_order_of_a_pair_matters_and_its_place_does_not() -> None:
    tokenizer = NgramTokenizer([], pair_buckets=1 << 18, silent=VOCABULARY)
    first, turned, later = rows(tokenizer.encode(["not good", "good not", "late not good"]))
    assert len(first) == len(turned) == 1
    assert first != turned
    assert first[0] in later


def test_a_huggingface_tokenizer_adds_its_tokens_stands_in_for_ours_and_cuts() -> None:
    encoded = rows(huggingface().encode(["late http://t.co/a unheard", "", "good " * 20]))
    assert encoded == [[2, 4, 9, 1, 3], [2, 3], [2, *[5] * 6, 3]]


@pytest.mark.parametrize("content", ['{"kind": "bpe"}', "{}", "{", ""])
def test_a_file_that_is_no_tokenizer_is_an_error_for_people(content: str, tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(content)
    with pytest.raises(ArtefactError, match=r"tokenizer\.json|tokenizer of kind"):
        load_tokenizer(path)
    with pytest.raises(ArtefactError, match="expected a tokenizer in"):
        load_tokenizer(tmp_path / "none.json")


@pytest.mark.parametrize("content", ['["kind"]', '{"kind": "words"}', '{"kind": "words", "x": 1}'])
def test_a_tokenizer_whose_fields_do_not_fit_is_an_error_for_people(
    content: str, tmp_path: Path
) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(content)
    with pytest.raises(ArtefactError, match=r"tokenizer\.json"):
        load_tokenizer(path)


def test_the_vocabulary_is_the_most_frequent_words_and_depends_on_the_texts_alone() -> None:
    texts = ["b a a", "c b a", "d"]
    assert vocabulary_of(texts, 10) == ["a", "b"]
    assert vocabulary_of(texts, 3, at_least=1) == ["a", "b", "c"]
    assert vocabulary_of(reversed(texts), 3, at_least=1) == ["a", "b", "c"]
