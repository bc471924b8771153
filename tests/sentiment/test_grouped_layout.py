"""The `grouped` layout: groups of one length each, nothing padded, nothing lost."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from sentiment import artefact
from sentiment.card import Card
from sentiment.scorer import Scorer
from sentiment.tokenizer import WordTokenizer
from trainer.graphs.grouped_graph import grouped


@pytest.fixture
def scorer(tmp_path: Path) -> Scorer:
    """Its p_negative is a hundredth of the mean id: it tells which ids stood in which row."""
    nodes = [
        helper.make_node("Cast", ["ids"], ["values"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["values"], ["mean"], axes=[1], keepdims=0),
        helper.make_node("Mul", ["mean", "hundredth"], ["p_negative"]),
    ]
    graph = helper.make_graph(
        nodes,
        "mean",
        [helper.make_tensor_value_info("ids", TensorProto.INT32, ["n", "length"])],
        [helper.make_tensor_value_info("p_negative", TensorProto.FLOAT, ["n"])],
        [helper.make_tensor("hundredth", TensorProto.FLOAT, [], [0.01])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.save(grouped(model), tmp_path / artefact.GRAPH)
    WordTokenizer(["a", "b", "c"]).save(tmp_path / artefact.TOKENIZER)
    card = Card(candidate="mean", layout="grouped", created_at=datetime.now(UTC))
    artefact.write_card(tmp_path, card)
    return Scorer(tmp_path, threads=2)


def test_no_texts_are_no_scores_and_no_error(scorer):
    assert len(scorer.score([])) == 0


def test_each_text_gets_the_score_of_its_own_ids_in_any_order(scorer):
    texts = ["a b c", "a", "c c", "", "b", "c a b b", "a a", "b b b"] * 700
    means = {"a b c": 3, "a": 2, "c c": 4, "": 1, "b": 3, "c a b b": 3, "a a": 2, "b b b": 3}
    expected = [means[text] / 100 for text in texts]
    np.testing.assert_allclose(scorer.score(texts).p_negative, expected, rtol=1e-6)


@pytest.mark.parametrize(("longest", "copies", "calls"), [(40, 1, 1), (60, 2, 2), (60, 20, 4)])
def test_a_batch_of_many_lengths_is_as_few_calls_as_there_are_threads(
    longest, copies, calls, scorer, monkeypatch
):
    fed = []
    call = scorer._call
    monkeypatch.setattr(scorer, "_call", lambda feed: fed.append(feed) or call(feed))
    scorer.score([" ".join("a" * length) for length in range(1, longest)] * copies)
    sizes = [len(feed["ids"]) for feed in fed]
    assert len(sizes) == calls
    assert max(sizes) - min(sizes) <= 2 * longest, "each has its share"


def test_a_graph_of_other_inputs_is_refused():
    nothing = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "other", [], [])
    with pytest.raises(ValueError, match="from `ids` to `p_negative`"):
        grouped(helper.make_model(nothing))
