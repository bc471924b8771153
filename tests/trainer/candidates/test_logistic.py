from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from sentiment.errors import ArtefactError
from sentiment.scorer import Scorer
from trainer.candidates import candidate
from trainer.candidates.candidate import build
from trainer.candidates.descent import Descent
from trainer.candidates.logistic import FittedLogistic, Logistic
from trainer.candidates.ngram_matrix import features
from trainer.candidates.stop_words import stop_words
from trainer.context import Context
from trainer.data.source import made_up_tweets
from trainer.data.tweets import Split, split

SMALL = Logistic(pair_buckets=1 << 12, run_buckets=1 << 12)
IN_PASSES = replace(SMALL, at_once=100, descent=Descent(passes=3, rows=256))
ODD = [
    "",
    " ",
    "\x00",
    "\ufffd\u202e",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 50,
    "no " * 5_000,
]


@pytest.fixture(scope="module")
def parts() -> Split:
    return split(made_up_tweets(1_500))


@pytest.fixture(scope="module")
def fitted(parts: Split, run: Context) -> FittedLogistic:
    return SMALL.fit(parts, run)


def test_the_artefact_says_what_scikit_learns_predict_proba_says(
    parts: Split, fitted: FittedLogistic, tmp_path: Path, run: Context
) -> None:
    built = build(SMALL, parts, tmp_path, run)
    texts = [*parts.test.texts, *ODD]
    temperature = 1.7
    fitted.export(tmp_path, temperature)
    fitted.estimator.coef_ /= temperature
    fitted.estimator.intercept_ /= temperature
    expected = fitted.estimator.predict_proba(features(fitted.tokenizer, texts, fitted.power))[:, 1]
    fitted.estimator.coef_ *= temperature
    fitted.estimator.intercept_ *= temperature
    assert built.parity <= 1e-5
    np.testing.assert_allclose(Scorer(tmp_path).score(texts).p_negative, expected, atol=1e-5)


def test_the_artefact_is_calibrated_golden_and_carries_the_digest_of_its_data(
    parts: Split, tmp_path: Path, run: Context
) -> None:
    built = build(SMALL, parts, tmp_path, run)
    scorer = Scorer(tmp_path)
    scorer.check_golden()
    assert built.card.candidate == "logistic"
    assert built.card.data_digest == parts.train.digest()
    assert len(built.card.golden) >= 20


def test_an_artefact_that_disagrees_with_its_framework_is_refused(
    parts: Split, tmp_path: Path, run: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidate, "PARITY", -1.0)
    with pytest.raises(ArtefactError, match="the export is at fault"):
        build(SMALL, parts, tmp_path, run)


def test_plain_complaint_and_plain_praise_are_told_apart(
    parts: Split, tmp_path: Path, run: Context
) -> None:
    build(SMALL, parts, tmp_path, run)
    bad, good = (
        Scorer(tmp_path)
        .score(["the crew in Rome was awful", "I love the crew, great :)"])
        .p_negative
    )
    assert bad > 0.5 > good


def test_a_large_batch_scores_as_each_text_alone(
    parts: Split, tmp_path: Path, run: Context
) -> None:
    build(SMALL, parts, tmp_path, run)
    scorer = Scorer(tmp_path)
    texts = [*parts.train.texts, *ODD]
    together = scorer.score(texts).p_negative
    alone = [float(scorer.score([text]).p_negative[0]) for text in texts[-60:]]
    np.testing.assert_allclose(together[-60:], alone, atol=1e-6)


def test_a_training_whose_end_cannot_be_foreseen_shows_that_it_is_under_way(
    parts: Split, tmp_path: Path
) -> None:
    screen = StringIO()
    SMALL.fit(parts, Context(tmp_path, Console(file=screen, force_terminal=True)))
    assert f"logistic regression on {len(parts.train):,} texts" in screen.getvalue()


def test_more_rows_than_are_learned_at_once_are_learned_in_passes_and_as_well(
    parts: Split, tmp_path: Path, run: Context
) -> None:
    built = build(IN_PASSES, parts, tmp_path, run)
    assert built.parity <= 1e-5
    right = parts.test.negative == 1
    shares = [
        ((one.logits(parts.test.texts) > 0) == right).mean()
        for one in (IN_PASSES.fit(parts, run), SMALL.fit(parts, run))
    ]
    assert shares[0] >= shares[1] - 0.02 > 0.8


def test_passes_find_the_same_coefficients_each_time_and_show_how_far_they_are(
    parts: Split, tmp_path: Path, run: Context
) -> None:
    screen = StringIO()
    watched = Context(tmp_path, Console(file=screen, force_terminal=True, width=120), run.seed)
    first, second = IN_PASSES.fit(parts, watched), IN_PASSES.fit(parts, run)
    np.testing.assert_array_equal(first.estimator.coef_, second.estimator.coef_)
    assert "logistic regression pass 3" in screen.getvalue()
    assert f"{3 * len(parts.train)}/{3 * len(parts.train)}" in screen.getvalue()


def test_stop_words_hold_no_negation() -> None:
    assert {"the", "is", "i"} <= stop_words()
    assert not {"no", "not", "n't", "nor"} & stop_words()
