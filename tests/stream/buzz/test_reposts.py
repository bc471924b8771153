"""Who says the same: reposts by many are a storm, what one repeats is spam."""

from stream.buzz.brand import new_brand
from stream.buzz.duplicates import text_digest
from stream.buzz.voices import is_own_repost
from tests.stream.buzz.made_up import START, column, sighting

SAID = "this airline lost my bag twice and nobody at the desk cares at all"


def _counted(detector, authors, text=SAID):
    state = new_brand("acme", detector.options)
    said = [sighting(START, 0.9, text, author=author) for author in authors]
    detector.update(state, said, START)
    detector.close_minutes(state, START + 1)
    return column(state, "negative")[-1], column(state, "copies")[-1]


def test_copies_by_different_authors_count_in_full(detector):
    assert _counted(detector, ["a", "b", "c", "d"]) == (4, 0)


def test_authors_that_are_not_known_count_as_different_ones(detector):
    assert _counted(detector, [None] * 4) == (4, 0)


def test_what_an_author_repeats_counts_once(detector):
    assert _counted(detector, ["a", "a", "b", "a", "b"]) == (2, 3)


def test_a_text_counts_at_most_as_often_an_hour_as_the_brand_is_usually_mentioned(detector):
    negative, copies = _counted(detector, [f"author {number}" for number in range(50)])
    assert (negative, copies) == (5, 45)


def test_a_repost_is_a_copy_of_what_it_passes_on():
    assert text_digest(f"RT @someone: {SAID}") == text_digest(SAID)
    assert text_digest("RT @someone: other") != text_digest(SAID)


def test_a_brands_own_posts_passed_on_are_no_complaints(detector):
    assert _counted(detector, ["a", "b"], "RT @AcmeAir: we are sorry for the delays") == (0, 0)
    assert is_own_repost("Acme Airways", "RT @acmeHelps: hello")
    assert not is_own_repost("Acme Airways", "RT @someone: @acme is late")
    assert not is_own_repost("Acme Airways", "@acme is late")
