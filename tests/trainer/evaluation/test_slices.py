from pathlib import Path

import numpy as np
import pytest

from sentiment.scorer import Scorer
from sentiment.scores import Scores
from tests.artefacts import make_artefact
from trainer.data.labelled import Labelled
from trainer.data.tweets import Tweets
from trainer.evaluation.evaluation import evaluate
from trainer.evaluation.slices import masks, measure_slices


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("short", "so late!", "this one has quite a few words in it"),
        ("negation", "I don't know", "I know"),
        ("negation", "no way", "know the way"),
        ("negation", "I mustn\u2019t go", "I want pizza"),
        ("negation", "Cant wait", "a different restaurant went silent"),
        ("emoji", "late \U0001f621", "late :("),
        ("emoticon", "late :(", "see http://a.bc/d"),
        ("elongation", "soooo late", "so good"),
        ("elongation", "www.a.bc sooo", "@mmmax see www.a.bc"),
        ("mentions only", "@anna @bob http://a.bc", "@anna hello"),
    ],
)
def test_a_text_is_in_the_slice_its_signs_say(name: str, inside: str, outside: str) -> None:
    assert masks([inside, outside])[name].tolist() == [True, False]


def test_under_50_rows_a_slice_has_a_count_and_no_verdict() -> None:
    texts = ["I don't know about all of this"] * 49 + ["I know about all of this"] * 60
    positive = np.full(110, 2, np.int8)
    scores = Scores(np.full(110, 0.1, np.float32))
    slices = measure_slices(scores[:109], Labelled(texts, positive[:109], three=False))
    assert slices["negation"].rows == 49
    assert slices["negation"].metrics is None
    more = measure_slices(scores, Labelled([*texts, texts[0]], positive, three=False))
    assert more["negation"].metrics is not None
    assert more["negation"].metrics.accuracy == 1.0


def test_what_mlflow_keeps_of_a_judged_slice_holds_accuracy_and_macro_f1(tmp_path: Path) -> None:
    tweets = Tweets(["awful"] * 40 + ["great"] * 40, np.repeat([1, 0], 40).astype(np.int8))
    numbers = evaluate(Scorer(make_artefact(tmp_path)), tweets)[0].flat
    assert numbers["slice.short.accuracy"] == numbers["slice.short.macro_f1"] == 1.0
    assert "slice.negation.macro_f1" not in numbers
