"""The linear model beside a network: the same sums in numpy and in Keras, and soft labels."""

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sentiment.ragged import Ragged, joined_rows
from trainer.networks.network import Encoded
from trainer.networks.padded import padded_feed
from trainer.networks.wide import Wide, _features, beside, fit_wide
from trainer.networks.word_network import exact_feed

keras = pytest.importorskip("keras", reason="`make install-keras` brings Keras")

ROWS = [[1], [2, 3], [3, 2], [2, 3, 2, 3], [9, 1, 4], [7]]
EVERY = np.arange(len(ROWS))


def encoded(rows: list[list[int]], negative: list[float]) -> Encoded:
    return Encoded(joined_rows(rows), np.array(negative, np.float32))


@pytest.fixture(scope="module")
def wide() -> Wide:
    return fit_wide(encoded(ROWS, [1, 1, 0, 1, 0, 0]), 10, 1e3)


def silent(taken: Any, ids: Any) -> Any:
    """A network that has no opinion: its logit is 0 whatever it reads."""
    return keras.Model(taken, keras.ops.cast(ids[:, :1] * 0, "float32"))


def test_the_order_of_a_pair_is_learned_and_single_ids_are_features_of_their_own(
    wide: Wide,
) -> None:
    found = wide.logits(joined_rows(ROWS))
    assert ((found > 0) == [True, True, False, True, False, False]).all()


def test_texts_of_the_same_words_and_pairs_differ_by_their_triples() -> None:
    rows = [[1, 2, 3, 2, 4, 2, 5], [1, 2, 4, 2, 3, 2, 5]]
    found = fit_wide(encoded(rows, [1, 0]), 10, 1e3).logits(joined_rows(rows))
    assert found[0] > 1 > -1 > found[1]


def test_the_ends_of_a_text_are_neighbours_of_its_words() -> None:
    first, second, third = _features(joined_rows([[1, 2], [1, 3], [4, 2]]), 10).astype(bool)
    # They share a word, its place beside one end, and its place two steps from the other end.
    assert first.multiply(second).sum() == 3
    assert first.multiply(third).sum() == 3
    assert second.multiply(third).sum() == 0


def test_no_feature_reaches_over_into_the_next_text(wide: Wide) -> None:
    alone = [wide.logits(joined_rows([row]))[0] for row in ROWS]
    np.testing.assert_allclose(wide.logits(joined_rows(ROWS)), alone, rtol=1e-6)


def test_it_is_trained_until_it_has_converged() -> None:
    random = np.random.default_rng(2)
    rows = [random.integers(0, 400, random.integers(3, 25)).tolist() for _ in range(1_500)]
    labels = [float(sum(row) / len(row) + random.normal(0, 40) > 200) for row in rows]
    learned = encoded(rows, labels)
    found = fit_wide(learned, 400, 1.0)
    exact = fit_to_the_end(learned, 400, 1.0)
    apart = np.abs(found.logits(learned.ids) - exact)
    # 0.36 at ten times the tolerance. The largest one depends on the processor's arithmetic.
    assert apart.mean() < 0.01


def fit_to_the_end(learned: Encoded, size: int, strength: float) -> Any:
    features = _features(learned.ids, size)
    model = LogisticRegression(C=strength, max_iter=2_000, tol=1e-8)
    return model.fit(features, learned.negative).decision_function(features)


def test_keras_adds_up_what_numpy_does_for_texts_of_one_length(wide: Wide) -> None:
    ids = keras.Input((None,), dtype="int32", name="ids")
    learned = encoded(ROWS, [1, 1, 0, 1, 0, 0])
    model = beside(silent(ids, ids), wide, learned, np.zeros(len(ROWS), np.float32))
    shown = wide.logits(learned.ids)
    said = np.concatenate([model(exact_feed(learned.ids, EVERY[[n]]))[0] for n in EVERY])
    share = said[0] / shown[0]
    assert share > 0
    np.testing.assert_allclose(said, share * shown, rtol=1e-5)


def test_padding_changes_nothing(wide: Wide) -> None:
    ids = keras.Input((None,), dtype="int32", name="ids")
    lengths = keras.Input((), dtype="int32", name="lengths")
    learned = encoded(ROWS, [1, 1, 0, 1, 0, 0])
    network = silent({"ids": ids, "lengths": lengths}, ids)
    model = beside(network, wide, learned, np.zeros(len(ROWS), np.float32))
    together = np.asarray(model(padded_feed(learned.ids, EVERY)))[:, 0]
    alone = [float(model(padded_feed(learned.ids, EVERY[[n]]))[0, 0]) for n in EVERY]
    np.testing.assert_allclose(together, alone, rtol=1e-5)
    np.testing.assert_allclose(together / together[0], ratio(wide, learned.ids), rtol=1e-5)


def ratio(wide: Wide, ids: Ragged) -> Any:
    found = wide.logits(ids)
    return found / found[0]


def test_a_soft_label_counts_as_that_share_of_each_class() -> None:
    soft = fit_wide(encoded([[1]], [0.75]), 10, 1e4)
    hard = fit_wide(encoded([[1]] * 4, [1, 1, 1, 0]), 10, 1e4)
    assert float(soft.logits(joined_rows([[1]]))[0]) == pytest.approx(np.log(3), rel=1e-2)
    np.testing.assert_allclose(
        soft.logits(joined_rows(ROWS)), hard.logits(joined_rows(ROWS)), rtol=2e-2, atol=1e-3
    )


def test_the_share_of_each_is_learned_from_texts_that_neither_has_seen(wide: Wide) -> None:
    ids = keras.Input((None,), dtype="int32", name="ids")
    unseen = encoded(ROWS * 20, [1, 0, 0, 1, 1, 0] * 20)
    random = np.random.default_rng(5)
    knows = np.where(unseen.negative == 1, 1.0, -1.0) + random.normal(size=len(unseen.ids))
    guesses = random.normal(size=len(unseen.ids))
    ones = keras.Model(ids, keras.ops.cast(ids[:, :1] * 0 + 1, "float32"))

    def share(deep: Any) -> float:
        with_wide = float(beside(ones, wide, unseen, deep)(np.array([[1]], np.int32))[0, 0])
        none = Wide(wide.coefficients * 0, 0.0, wide.size)
        assert np.isfinite(with_wide)
        return float(beside(ones, none, unseen, deep)(np.array([[1]], np.int32))[0, 0])

    assert share(knows) > 1 > abs(share(guesses)) * 2
