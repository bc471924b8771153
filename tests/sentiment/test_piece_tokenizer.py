import threading
from pathlib import Path

import pytest

from sentiment import artefact, piece_tokenizer
from sentiment.piece_tokenizer import PieceTokenizer
from sentiment.tokenizer import load_tokenizer
from sentiment.word_signs import word_signs
from trainer.shipped import shipped_folder

WORDS = ["<num>", "<name>", "late", "so", "not", "n't", "do", "like", "flight", "boycott", "<sad>"]
PIECES = [*"abcdefghijklmnopqrstuvwxyz", "ing", "air"]


def tokenizer() -> PieceTokenizer:
    return PieceTokenizer(WORDS, PIECES, shared={"<name>": ["anna", "olga"]})


def ids(text: str) -> list[int]:
    return tokenizer().encode([text]).ids.tolist()


def of(*words: str) -> list[int]:
    every = ["", *WORDS, *PIECES]
    return [every.index(word) for word in words]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("@united late", "late"),
        ("late https://t.co/a1B2", "https://x.y @a @b late @c"),
        ("RT @anna: late", "late"),
        ("anna late", "Olga late"),
        ("sooooo late", "soo late"),
        ("late 12", "late 2026"),
        ("I don’t like", "i don't like"),
        ("late\U0001f44d\U0001f3fd", "late\U0001f44d"),
    ],
)
def test_what_must_not_matter_gives_the_same_ids(text: str, same: str) -> None:
    assert ids(text) == ids(same)


def test_words_have_ids_in_their_order_and_other_words_are_cut_into_the_longest_parts() -> None:
    assert ids("late flight") == of("late", "flight")
    assert ids("flighting") == of("flight", "ing")
    assert ids("airing") == of("air", "ing")
    assert ids("soo") == of("so")


def test_a_hashtag_is_read_by_its_words() -> None:
    assert ids("#SoLate") == of("so", "late")
    assert ids("#boycottair") == of("boycott", "air")
    assert ids("#late") == of("late")


@pytest.mark.parametrize("text", ["", "@united @delta", "https://t.co/a", "你", "\u202e"])
def test_a_text_that_holds_nothing_known_is_one_id_0(text: str) -> None:
    assert ids(text) == [0]


def test_hindi_vowel_signs_belong_to_their_word() -> None:
    assert word_signs("हिंदी अच्छा", 600) == ["हिंदी", "अच्छा"]


def test_a_face_of_typed_signs_is_one_word_and_a_link_is_none() -> None:
    assert word_signs("late :( http://a.b/:(", 600) == ["late", "<sad>"]


def test_a_saved_tokenizer_reads_alike(tmp_path: Path) -> None:
    tokenizer().save(tmp_path / "tokenizer.json")
    loaded = load_tokenizer(tmp_path / "tokenizer.json")
    texts = ["Olga is late :(", "#boycottair", "flighting 12"]
    assert loaded.encode(texts).ids.tolist() == tokenizer().encode(texts).ids.tolist()


def test_no_text_has_more_ids_than_the_limit_and_no_word_more_than_its_pieces() -> None:
    assert len(ids("late " * 500)) == 96
    assert len(ids("z" * 2 + "xyz" * 500)) <= 8


def test_what_is_remembered_is_bounded_and_forgetting_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(piece_tokenizer, "_MOST_REMEMBERED", 50)
    made = tokenizer()
    texts = [f"late x{'abcdefghij'[n % 10]}{'klmnopqrst'[n // 10 % 10]}z" for n in range(300)]
    alone = [tokenizer().encode([text]).ids.tolist() for text in texts]
    found: dict[int, list[list[int]]] = {}

    def encode(number: int) -> None:
        found[number] = [made.encode([text]).ids.tolist() for text in texts]

    threads = [threading.Thread(target=encode, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found[number] == alone for number in range(4))
    assert len(made._ids) <= 54  # each thread may add the word it was at


JOINED = {"<name>": ["jean-pierre", "shi'a", "ألمانيا", "o’hara"]}


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Jean-Pierre late", "<name> late"),
        ("so Shi'a", "so <name>"),
        ("so shi’a", "so <name>"),
        ("ألمانيا late", "المانيا late"),
        ("المانيا late", "<name> late"),
        ("O'Hara, late", "<name>, late"),
        ("d'Jean-Pierre", "d' <name>"),
        ("https://x.y/jean-pierre late", "late"),
    ],
)
def test_a_shared_word_of_several_parts_or_letters_that_writers_exchange_is_known(
    text: str, same: str
) -> None:
    found = PieceTokenizer(WORDS, PIECES, shared=JOINED)
    assert found.encode([text]).ids.tolist() == found.encode([same]).ids.tolist()


def test_other_words_with_a_hyphen_or_an_apostrophe_are_read_as_without_shared_ones() -> None:
    found = PieceTokenizer(WORDS, PIECES, shared=JOINED)
    for text in ("don't like", "so-so", "late-flight", "jean pierre", "x-jean-pierre"):
        assert found.encode([text]).ids.tolist() == ids(text)


def test_the_model_that_ships_knows_each_of_its_shared_words() -> None:
    found = load_tokenizer(shipped_folder() / artefact.TOKENIZER)
    assert isinstance(found, PieceTokenizer)
    signs = {sign: found.encode([sign]).ids.tolist() for sign in found.shared}
    lost = [
        word
        for sign, same in found.shared.items()
        for word in same
        if found.encode([word]).ids.tolist() != signs[sign]
    ]
    devanagari = "\u0900"
    assert all(word[-1] in "'’" or "–" in word or word > devanagari for word in lost)
    assert len(lost) <= 8


@pytest.mark.timeout(20)  # a search from each letter on takes a minute
def test_a_long_word_beside_a_joined_one_costs_no_square_of_its_length() -> None:
    found = PieceTokenizer(WORDS, PIECES, shared=JOINED, max_chars=100_000)
    assert len(found.encode(["a-b " + "ab" * 40_000])) == 1
