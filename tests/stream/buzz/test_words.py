"""The terms and examples of an alert name the cause."""

import time

import pytest

from stream.buzz.content import content_terms, own_names, root
from stream.buzz.examples import examples
from stream.buzz.stop_words import LANGUAGES, stop_words
from stream.buzz.texts import SampleText
from stream.buzz.words import Background, distinguishing


def test_content_leaves_out_links_handles_numbers_stop_words_and_the_brands_names():
    text = "RT @acme_help: @acme the Acme Air app is down since 10:30, see https://a.example/x 5000"
    assert content_terms(text, own_names("Acme Air")) == ["app", "app is down", "down"]


def test_phrases_of_two_and_three_words_begin_and_end_in_content():
    found = content_terms("You lost my bag in the rain")
    assert found == ["lost", "lost my bag", "bag", "rain"]


def test_a_mark_or_a_mention_ends_a_phrase():
    assert content_terms("battery, fire @acme smoke") == ["battery", "fire", "smoke"]


def test_a_hashtag_stays_and_a_brands_own_goes():
    found = content_terms("#AcmeAir #TarmacGate again", own_names("Acme Air"))
    assert found == ["#tarmacgate"]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("الشبكة لا تعمل في هذه المدينة", ["الشبكة", "المدينة"]),
        ("das Netz ist bei mir seit heute nicht da", ["netz"]),
        ("no tengo internet desde ayer", ["internet"]),
        ("je n'ai plus d'internet depuis l'orage", ["internet", "orage"]),
        ("aujourd'hui déjà une panne, qu'on répare", ["panne"]),
        ("मेरा नेटवर्क नहीं चल रहा है", ["नेटवर्क"]),
        ("non ho la connessione con questo modem", ["connessione", "modem"]),
        ("ik heb nog geen verbinding", ["verbinding"]),
        ("eu não tenho conexão", ["conexão"]),
        ("I don’t have a connection at all", ["connection"]),
    ],
)
def test_in_nine_languages_function_words_are_no_terms(text, terms):
    found = content_terms(text)
    assert set(terms) <= set(found)
    assert not stop_words() & set(found)


def test_there_is_a_list_of_each_of_nine_languages():
    assert len(LANGUAGES) == 9
    for word in ("هذا", "nicht", "with", "porque", "avec", "और", "perché", "niet", "você"):
        assert word in stop_words()


def test_words_that_are_a_cause_in_another_language_are_no_stop_words():
    assert not stop_words() & {"door", "die", "fire", "website", "tv", "car", "war"}


def _calm(count):
    topics = ("legroom", "snacks", "upgrade", "lounge", "pilot", "miles", "seat map", "wifi")
    return [
        f"@acme my {topics[n % 8]} again, customer service {topics[n * 3 % 8]}"
        for n in range(count)
    ]


def test_the_cause_stands_first_though_other_words_are_said_more_often():
    background = Background()
    background.learn(_calm(400))
    texts = [f"{text} and a broken baggage belt" for text in _calm(12)] + _calm(20)
    first = [term for term, _ in distinguishing(texts, _calm(10), background, 10)[:3]]
    assert first[0] == "broken baggage belt"
    assert not {"customer service", "customer", "service"} & set(first)


def test_of_a_repost_two_terms_are_named_and_then_what_the_others_say():
    repost = "RT @mp: Why does this carrier sell secret location records to strangers"
    texts = [repost] * 30 + [f"{text} roaming bill shock" for text in _calm(8)]
    background = Background()
    background.learn(_calm(400))
    found = [term for term, _ in distinguishing(texts, [], background, 10)]
    of_the_repost = [term for term in found if set(term.split()) <= set(repost.lower().split())]
    assert len(of_the_repost) == 2
    assert "roaming bill shock" in found[:3]


def test_a_usual_word_that_far_more_say_stands_before_what_one_author_says_thrice():
    background = Background()
    background.learn(_calm(380) + [f"on hold again, customer {n}" for n in range(20)])
    texts = [f"on hold for a whole hour {n}" for n in range(7)] + _calm(14)
    texts += ["my husband sat there", "my husband stood up", "my husband left"]
    found = [term for term, _ in distinguishing(texts, [], background, 10)]
    assert found.index("hold") < found.index("husband")


def test_forms_of_a_word_count_together_and_the_usual_one_is_named():
    assert root("étapes") == root("étape") == root("etape")
    assert root("news bus class #outages") == "news bus class #outage"
    texts = ["étape bloquée", "etape bloquée", "étapes à refaire", "étape à refaire"]
    background = Background()
    background.learn(_calm(400))
    assert distinguishing(texts, [], background, 1)[0][0] == "étape"


def test_the_background_knows_how_many_texts_it_learned_and_takes_some_back():
    background = Background()
    background.learn(["engine smoke"] * 6)
    assert (background.texts, background.counts["engine"]) == (6, 6)
    less = background.without(["engine smoke", "engine noise"])
    assert (less.texts, less.counts["engine"], less.counts["smoke"]) == (4, 4, 5)
    assert background.counts["engine"] == 6


def test_a_background_of_an_older_state_does_without_the_number_of_its_texts():
    background = Background({"hold": 200, "wait": 40})
    texts = ["on hold", "on hold still", "engine smoke", "engine noise"]
    found = [term for term, _ in distinguishing(texts, [], background, 10)]
    assert "engine" in found
    assert "hold" not in found


def test_a_brands_name_is_never_named():
    texts = ["Three UK masts burn", "three uk masts burn again", "ThreeUK masts burn"]
    own = own_names("Three UK")
    background = Background()
    background.learn(_calm(400), own)
    found = distinguishing(texts, [], background, 10, own)
    assert [term for term, _ in found] == ["masts burn"]


def test_what_one_text_says_is_not_named_nor_what_two_of_sixty_say():
    texts = [f"word{number} pump" for number in range(58)] + ["valve leak", "valve leak"]
    background = Background()
    background.learn(_calm(400))
    assert [term for term, _ in distinguishing(texts, [], background, 10)] == ["pump"]


def test_the_background_is_bounded_and_forgets_stop_words_of_an_older_state():
    background = Background({"the": 10_000, "we": 9_000})
    for number in range(300):
        background.learn([f"rare{number} odd{number} strange{number} phrase{number}"])
    assert len(background.counts) <= 620
    assert "the" not in background.counts


def test_a_hostile_text_costs_little():
    texts = ["a1b2 " * 20_000, "#" * 50_000, "x" * 100_000, "' " * 50_000, "d'" * 50_000]
    started = time.process_time()
    for text in texts:
        content_terms(text)
    assert time.process_time() - started < 0.5


def _sample(number, text):
    return SampleText(number, 0, str(number), text, 0.9)


def test_near_copies_are_shown_once_with_their_number_and_the_telling_first():
    samples = [
        _sample(
            n, f"RT @u{n}: the new engine of the acme truck catches fire on hills {'…' * (n % 2)}"
        )
        for n in range(9)
    ]
    samples += [_sample(20, "engine fire again"), _sample(21, "my parcel came late today")]
    shown = examples(samples, frozenset({"engine", "fire"}), frozenset())
    assert [one.alike for one in shown] == [9, 1, 1]
    assert shown[2].id == "21"


def test_texts_that_all_say_one_word_end_nothing():
    background = Background()
    background.learn(["outage"] * 50)
    assert distinguishing(["outage"] * 20, ["outage"] * 5, background, 10) in (
        [],
        [("outage", 0.0)],
    )
