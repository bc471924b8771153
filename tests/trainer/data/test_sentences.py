import numpy as np

from trainer.data.sentences import made_up_texts
from trainer.evaluation import behaviour_texts


def test_they_are_the_same_each_time_and_all_slots_are_filled() -> None:
    made = made_up_texts(500)
    assert made == made_up_texts(500)
    assert made != made_up_texts(500, seed=8)
    assert {one.language for one in made} == {"en", "fr"}
    assert not [one.text for one in made if "{" in one.text or not one.text.strip()]
    np.testing.assert_allclose([sum(one.shares) for one in made], 1)


def test_no_behavioural_test_is_learned_by_heart() -> None:
    learned = {one.text.lower().rstrip(" .!?") for one in made_up_texts(4_000)}
    for words in (behaviour_texts.ENGLISH, behaviour_texts.FRENCH):
        tested = [*words.facts, *words.sarcasm, *words.not_good, *words.not_bad]
        tested += words.filled(words.now_good) + words.filled(words.answered_bad)
        assert not learned & {text.lower().rstrip(" .!?") for text in tested}


def test_all_classes_are_taught_evenly_enough() -> None:
    shares = np.mean([one.shares for one in made_up_texts(2_000)], axis=0)
    assert max(shares) < 3 * min(shares)
