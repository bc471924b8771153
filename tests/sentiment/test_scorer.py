from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment import artefact
from sentiment.card import Layout
from sentiment.errors import ArtefactError, GoldenSetError
from sentiment.messages import Label
from sentiment.scorer import ModelVersion, Scorer
from sentiment.scores import Scores
from sentiment.tokenizer import Ragged
from tests.artefacts import make_artefact
from tests.sentiment.graphs import NUMBERS, WORDS, expected, write_graph, write_toy

LAYOUTS = get_args(Layout)
ROWS = st.lists(st.lists(st.integers(1, len(NUMBERS) - 1), max_size=9), max_size=12)


@pytest.fixture(scope="module")
def scorers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scorer]:
    return {name: Scorer(write_toy(tmp_path_factory.mktemp(name), name)) for name in LAYOUTS}


def ragged(rows: list[list[int]]) -> Ragged:
    offsets = np.cumsum([0, *map(len, rows)]).astype(np.int64)
    return Ragged(np.array([i for row in rows for i in row], np.int32), offsets)


@pytest.mark.parametrize("layout", LAYOUTS)
@given(rows=ROWS)
def test_a_batch_says_of_each_text_what_the_graph_says_of_it_alone(
    layout: Layout, rows: list[list[int]], scorers: dict[str, Scorer]
) -> None:
    scorer = scorers[layout]
    together = scorer.run(ragged(rows)).p_negative
    assert together.dtype == np.float32
    assert together.shape == (len(rows),)
    np.testing.assert_allclose(together, [expected(row) for row in rows], atol=1e-6)
    alone = [float(scorer.run(ragged([row])).p_negative[0]) for row in rows]
    np.testing.assert_allclose(together, alone, atol=1e-6)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("threads", [1, 3])
def test_a_batch_of_many_calls_keeps_the_order(
    layout: Layout, threads: int, scorers: dict[str, Scorer], tmp_path: Path
) -> None:
    random = np.random.default_rng(7)
    lengths = [*random.integers(1, 40, 4_000).tolist(), 17_000, 1, 2]
    rows = [random.integers(1, len(NUMBERS), length).tolist() for length in lengths]
    scorer = Scorer(write_toy(tmp_path, layout), threads=threads)
    got = scorer.run(ragged(rows)).p_negative
    scorer.close()
    np.testing.assert_allclose(got, [expected(row) for row in rows], atol=1e-5)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_texts_are_scored_as_their_ids_are(layout: Layout, scorers: dict[str, Scorer]) -> None:
    texts = ["late", "Thanks, good!", "", "late " * 300, "unheard \u4f60"]
    got = scorers[layout].score(texts).p_negative
    ids = {word: number for number, word in enumerate(WORDS, start=2)}
    rows = [[ids["late"]], [ids["thanks"], 1, ids["good"], 1], [1], [ids["late"]] * 300, [1, 1]]
    np.testing.assert_allclose(got, [expected(row) for row in rows], atol=1e-6)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_text_is_no_answer(layout: Layout, scorers: dict[str, Scorer]) -> None:
    assert len(scorers[layout].score([])) == 0


@pytest.mark.parametrize("layout", LAYOUTS)
def test_threads_may_share_a_scorer(layout: Layout, scorers: dict[str, Scorer]) -> None:
    texts = [f"{'late ' * (n % 7)} good" for n in range(300)]
    once = scorers[layout].score(texts).p_negative
    with ThreadPoolExecutor(4) as pool:
        for again in pool.map(scorers[layout].score, [texts] * 20):
            np.testing.assert_array_equal(again.p_negative, once)


@pytest.mark.parametrize(
    ("p_negative", "label"),
    [(0.0, "positive"), (0.39, "positive"), (0.4, "uncertain"), (0.6, "uncertain"),
     (0.61, "negative"), (1.0, "negative")],
)  # fmt: skip
def test_the_ends_of_the_band_are_uncertain(
    p_negative: float, label: Label, scorers: dict[str, Scorer]
) -> None:
    assert scorers["grouped"].labels(Scores(np.array([p_negative]))) == [label]


@pytest.mark.parametrize(
    ("lang", "known"),
    [(None, True), ("en", True), ("EN", True), ("en-GB", True), ("fr", False), ("", True)],
)
def test_a_language_is_known_by_its_first_part(
    lang: str | None, known: bool, scorers: dict[str, Scorer]
) -> None:
    assert scorers["grouped"].card.supports(lang) is known


def test_the_golden_set_of_an_unchanged_version_holds(tmp_path: Path) -> None:
    scorer = Scorer(make_artefact(tmp_path))
    assert scorer.card.golden
    scorer.check_golden()


@pytest.mark.parametrize("shift", [0.02, -0.02])
def test_a_version_that_answers_other_probabilities_fails_its_golden_set(
    shift: float, tmp_path: Path
) -> None:
    card = artefact.read_card(make_artefact(tmp_path))
    first = card.golden[0]
    moved = first.model_copy(update={"p_negative": first.p_negative + shift})
    golden = [*card.golden[1:], moved]
    artefact.write_card(tmp_path, card.model_copy(update={"golden": golden}))
    with pytest.raises(GoldenSetError, match=f"expected p_negative {moved.p_negative:.4f}"):
        Scorer(tmp_path).check_golden()


def test_a_version_that_answers_another_label_fails_its_golden_set(tmp_path: Path) -> None:
    card = artefact.read_card(make_artefact(tmp_path))
    golden = [one.model_copy(update={"label": "positive"}) for one in card.golden]
    artefact.write_card(tmp_path, card.model_copy(update={"golden": golden, "tolerance": 1.0}))
    with pytest.raises(GoldenSetError):
        Scorer(tmp_path).check_golden()


def test_a_version_that_answers_no_number_fails_its_golden_set(tmp_path: Path) -> None:
    from trainer.graphs.linear_graph import write_linear_graph

    make_artefact(tmp_path)
    write_linear_graph(tmp_path / artefact.GRAPH, np.full(12, np.nan), 0.0)
    with pytest.raises(GoldenSetError, match="got nan"):
        Scorer(tmp_path).check_golden()


@pytest.mark.parametrize("name", artefact.FILES)
@pytest.mark.parametrize("content", [None, b"", b"{}"])
def test_a_missing_or_damaged_file_is_an_error_for_people(
    name: str, content: bytes | None, tmp_path: Path
) -> None:
    make_artefact(tmp_path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ArtefactError, match=name.replace(".", r"\.")):
        Scorer(tmp_path)


def test_the_digest_changes_with_every_file(tmp_path: Path) -> None:
    digests = {artefact.digest(make_artefact(tmp_path))}
    for name in artefact.FILES:
        with (tmp_path / name).open("ab") as file:
            file.write(b" ")
        digests.add(artefact.digest(tmp_path))
    assert len(digests) == len(artefact.FILES) + 1
    assert all(len(digest) == 16 for digest in digests)


def test_a_graph_of_another_layout_than_the_cards_is_an_error_for_people(tmp_path: Path) -> None:
    write_toy(tmp_path, "padded")
    write_graph(tmp_path / artefact.GRAPH, "ragged")
    with pytest.raises(ArtefactError, match="padded"):
        Scorer(tmp_path)


def test_a_scorer_is_called_by_its_version_or_its_candidate(tmp_path: Path) -> None:
    make_artefact(tmp_path, candidate="linear")
    assert Scorer(tmp_path).model == ModelVersion("linear", "0", artefact.digest(tmp_path))
    named = ModelVersion("sentiment", "7", "abc")
    assert Scorer(tmp_path, named).model is named
