from sentiment.text import has_emoticon
from trainer.data.augment import variants, with_emoticons
from trainer.data.source import made_up_tweets
from trainer.evaluation.slices import masks


def test_a_share_of_the_tweets_gets_a_face_that_fits_its_label() -> None:
    plain = made_up_tweets(2_000)
    faced = with_emoticons(plain, share=0.25)
    changed = [new for new, old in zip(faced.texts, plain.texts, strict=True) if new != old]
    assert 0.2 < len(changed) / len(plain) < 0.3
    assert all(has_emoticon(text) or masks([text])["emoji"][0] for text in changed)
    assert not any(
        text.endswith(" :(")
        for text, old, label in zip(faced.texts, plain.texts, plain.negative, strict=True)
        if text != old and not label
    )


def test_variants_are_new_texts_made_of_the_words_there_are() -> None:
    texts = made_up_tweets(300).texts
    made = variants(texts, copies=2)
    assert len(made) == 600
    assert {word for text in made for word in text.split()} <= {
        word for text in texts for word in text.split()
    }
    assert len(set(made) - set(texts)) > 500
    assert made == variants(texts, copies=2)
